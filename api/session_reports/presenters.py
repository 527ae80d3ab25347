"""View models of records and feedback, formatted for display in the reader's time zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.calendar.facts import MODE
from api.coaching.curriculum.catalogue import StoredModule
from api.coaching.curriculum.presenters import text_of
from api.coaching.instruments.fields import answer_lines
from api.session_reports import facts
from api.session_reports.clarifications import Clarification
from api.session_reports.feedback import FeedbackView
from api.session_reports.labels import OWNERS, REQUESTS, STATES, outcome_label
from api.session_reports.records import RecordView
from api.web.date_formats import format_date, format_short_datetime
from coach.feedback import Action
from coach.sessions import OfficeRequest
from coach.texts.facts import Displayed, Fact


@dataclass(frozen=True, slots=True)
class ActionText:
    """An agreed action, formatted for display: the person responsible, due date and state."""

    text: str
    details: Fact


@dataclass(frozen=True, slots=True)
class RecordText:
    """A shared record, formatted for display."""

    day: Displayed
    attendance: Displayed
    minutes: Displayed
    mode: Displayed
    modules: tuple[Fact, ...]
    topic: str
    actions: tuple[ActionText, ...]
    next_focus: str
    request: Displayed
    answered: bool
    submitted: Displayed


@dataclass(frozen=True, slots=True)
class FeedbackText:
    """Feedback, formatted for display; `answers` contains each question with its answer."""

    attendance: Displayed
    answers: tuple[tuple[Displayed, Displayed], ...]
    text: str
    submitted: Displayed


def record_text(record: RecordView, zone: ZoneInfo, modules: Iterable[StoredModule]) -> RecordText:
    """Format `record` for a reader in `zone`; `modules` contains the deployment's modules."""
    titles = {one.code: text_of(one.module.title) for one in modules}
    return RecordText(
        day=format_date(record.session_date),
        attendance=outcome_label(record.attendance, record.absent),
        minutes="" if record.minutes is None else facts.MINUTES(count=record.minutes),
        mode="" if record.mode is None else MODE[record.mode],
        modules=tuple(
            facts.MODULE(code=code, title=titles.get(code, "")) for code in record.modules_covered
        ),
        topic=record.topic,
        actions=tuple(map(action_text, record.actions)),
        next_focus=record.next_focus,
        request="" if record.ask_office is OfficeRequest.NONE else REQUESTS[record.ask_office],
        answered=record.answered,
        submitted=format_short_datetime(record.submitted_at, zone),
    )


def action_text(action: Action) -> ActionText:
    """Format an agreed action."""
    parts: list[Fact] = [] if action.owner is None else [OWNERS[action.owner]]
    if action.due is not None:
        parts.append(facts.DUE(day=action.due))
    return ActionText(action.text, facts.ACTION_DETAILS(parts=[*parts, STATES[action.state]]))


@dataclass(frozen=True, slots=True)
class ClarificationText:
    """An open clarification about a session, formatted; texts that do not apply are empty."""

    session_id: str
    recorded: Displayed
    reported: Displayed
    request: Displayed


def clarification_text(one: Clarification) -> ClarificationText:
    """Format an open clarification about a session."""
    return ClarificationText(
        session_id=one.session_id,
        recorded="" if one.recorded is None else outcome_label(*one.recorded),
        reported="" if one.reported is None else outcome_label(*one.reported),
        request="" if one.request is None else REQUESTS[one.request],
    )


def feedback_text(feedback: FeedbackView, zone: ZoneInfo) -> FeedbackText:
    """Format `feedback` for a reader in `zone`."""
    return FeedbackText(
        attendance=outcome_label(feedback.attendance, feedback.absent),
        answers=tuple(
            line
            for sheet in feedback.answered
            for line in answer_lines(sheet.instrument, sheet.answers)
        ),
        text=feedback.text,
        submitted=format_short_datetime(feedback.submitted_at, zone),
    )
