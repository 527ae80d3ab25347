"""The programme office's tasks in each cycle, for the home page and the daily digest."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.office import count_asking_pairs
from api.coaching.follow_up.office import count_unanswered
from api.coaching.instruments.office import many_missing
from api.consent.rows import TERMS_KINDS, ConsentRow
from api.cycles.rows import CycleRow
from api.group_events.to_do import count_unanswered_invitations, count_unrecorded_dates
from api.http import urls
from api.http.principal import SYSTEM, Principal
from api.input_files.instruments import Instruments, instruments_of
from api.mail.rows import ACCESS_KINDS, OUTBOX_KINDS, MailKind, MailRow, MailState
from api.overview import facts
from api.participants.rows import PersonRow
from api.rescheduling.obstructed_counts import count_obstructed
from api.services import Services
from api.session_reports.clarifications import ASKED, DIFFERS
from api.sessions.current_replies import has_replied
from api.sessions.rows import FeedbackRow, RecordRow, ReplyRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.sessions import Attendance, Reply
from coach.texts.facts import Message

_UNANSWERED_WITHIN = timedelta(days=14)
_MISSING_AFTER = timedelta(days=2)


class ToDoKind(StrEnum):
    """A kind of task."""

    OBSTRUCTED = "obstructed"
    DECLINED = "declined"
    UNANSWERED = "unanswered"
    FAILED_MAIL = "failed_mail"
    UNSENT_MAIL = "unsent_mail"
    MISSING_NOTE = "missing_note"
    MISSING_FEEDBACK = "missing_feedback"
    MISSING_CONSENT = "missing_consent"
    ANOTHER_COACH = "another_coach"
    ATTENDANCE_DIFFERS = "attendance_differs"
    ASKED_OFFICE = "asked_office"
    UNANSWERED_FOLLOW_UP = "unanswered_follow_up"
    MISSING_ANSWERS = "missing_answers"
    UNANSWERED_EVENT = "unanswered_event"
    MISSING_ATTENDANCE = "missing_attendance"


class ToDo(FrozenModel):
    """The number of tasks of one kind in a cycle."""

    cycle_id: str
    cycle_name: str
    kind: ToDoKind
    count: int


def read_to_do(services: Services, principal: Principal = SYSTEM) -> tuple[ToDo, ...]:
    """Return the tasks in the cycles that a user may see, newest cycle first.

    Managers limited to countries see no tasks, because the numbers cover all countries.
    """
    if principal.countries is not None:
        return ()
    with services.database.reading() as tx:
        found = to_do_items(tx, instruments_of(services.settings), now=services.now())
        return tuple(item for item in found if principal.sees_cycle(item.cycle_id))


def to_do_items(tx: Transaction, asked: Instruments, *, now: datetime) -> tuple[ToDo, ...]:
    """Return the tasks in all cycles; see `read_to_do`.

    Makes one query for each kind, two for missing answers, and a few for each cycle with upcoming
    sessions.
    """
    found = {kind: dict(tx.execute(query(now)).all()) for kind, query in _QUERIES.items()}
    found[ToDoKind.MISSING_ANSWERS] = dict(many_missing(tx, asked, now=now))
    found[ToDoKind.OBSTRUCTED] = count_obstructed(tx, now=now)
    cycles = tx.execute(
        select(CycleRow.id, CycleRow.name).order_by(CycleRow.created_at.desc(), CycleRow.id)
    ).all()
    return tuple(
        ToDo(cycle_id=cycle.id, cycle_name=cycle.name, kind=kind, count=found[kind][cycle.id])
        for cycle in cycles
        for kind in ToDoKind
        if found[kind].get(cycle.id)
    )


def to_do_url(item: ToDo) -> str:
    """Return the URL of the page where a task is done."""
    return urls.cycle(item.cycle_id) + _PAGES[item.kind]


_Counts = Select[str, int]
_Query = Callable[[datetime], _Counts]


def _sessions(*conditions: Any) -> _Counts:  # noqa: ANN401 - SQL expressions
    return (
        select(SessionRow.cycle_id, func.count())
        .outerjoin(RecordRow, RecordRow.session_id == SessionRow.id)
        .where(SessionRow.state == SessionState.CONFIRMED, *conditions)
        .group_by(SessionRow.cycle_id)
    )


def _declined(now: datetime) -> _Counts:
    sides = (SessionRow.coachee_id, SessionRow.coach_id)
    declined = or_(*(has_replied(side, ReplyRow.reply == Reply.DECLINED) for side in sides))
    return _sessions(SessionRow.starts_at > now, declined)


def _unanswered(now: datetime) -> _Counts:
    missing = or_(~has_replied(SessionRow.coachee_id), ~has_replied(SessionRow.coach_id))
    until = now + _UNANSWERED_WITHIN
    return _sessions(SessionRow.starts_at > now, SessionRow.starts_at <= until, missing)


def _missing_notes(now: datetime) -> _Counts:
    return _sessions(SessionRow.ends_at <= now - _MISSING_AFTER, RecordRow.id.is_(None))


def _missing_feedback(now: datetime) -> _Counts:
    given = select(FeedbackRow.id).where(FeedbackRow.session_id == SessionRow.id).exists()
    return _sessions(
        SessionRow.ends_at <= now - _MISSING_AFTER, RecordRow.attendance == Attendance.HELD, ~given
    )


def _attendance_differs(_now: datetime) -> _Counts:
    return _records(DIFFERS)


def _requests_to_office(_now: datetime) -> _Counts:
    return _records(ASKED)


def _records(condition: ColumnElement[bool]) -> _Counts:
    return (
        select(SessionRow.cycle_id, func.count())
        .join(RecordRow, RecordRow.session_id == SessionRow.id)
        .outerjoin(FeedbackRow, FeedbackRow.session_id == SessionRow.id)
        .where(condition)
        .group_by(SessionRow.cycle_id)
    )


def _mails(state: MailState) -> _Query:
    def query(_now: datetime) -> _Counts:
        kinds = set(MailKind) - set(ACCESS_KINDS)
        if state is MailState.DRAFT:
            kinds = set(OUTBOX_KINDS)
        return (
            select(MailRow.cycle_id, func.count())
            .where(MailRow.state == state, MailRow.kind.in_(kinds))
            .group_by(MailRow.cycle_id)
        )

    return query


def _missing_consent(now: datetime) -> _Counts:
    given = select(ConsentRow.id).where(
        ConsentRow.person_id == PersonRow.id,
        ConsentRow.asked.in_(TERMS_KINDS),
        ConsentRow.revoked_at.is_(None),
    )
    coming = select(SessionRow.id).where(
        or_(SessionRow.coachee_id == PersonRow.id, SessionRow.coach_id == PersonRow.id),
        and_(SessionRow.state == SessionState.CONFIRMED, SessionRow.starts_at > now),
    )
    return (
        select(PersonRow.cycle_id, func.count())
        .where(PersonRow.left_at.is_(None), coming.exists(), ~given.exists())
        .group_by(PersonRow.cycle_id)
    )


def _another_coach(_now: datetime) -> _Counts:
    return count_asking_pairs()


def _unanswered_follow_ups(now: datetime) -> _Counts:
    return count_unanswered(now)


_QUERIES: Mapping[ToDoKind, _Query] = {
    ToDoKind.DECLINED: _declined,
    ToDoKind.UNANSWERED: _unanswered,
    ToDoKind.FAILED_MAIL: _mails(MailState.FAILED),
    ToDoKind.UNSENT_MAIL: _mails(MailState.DRAFT),
    ToDoKind.MISSING_NOTE: _missing_notes,
    ToDoKind.MISSING_FEEDBACK: _missing_feedback,
    ToDoKind.MISSING_CONSENT: _missing_consent,
    ToDoKind.ANOTHER_COACH: _another_coach,
    ToDoKind.ATTENDANCE_DIFFERS: _attendance_differs,
    ToDoKind.ASKED_OFFICE: _requests_to_office,
    ToDoKind.UNANSWERED_FOLLOW_UP: _unanswered_follow_ups,
    ToDoKind.UNANSWERED_EVENT: count_unanswered_invitations,
    ToDoKind.MISSING_ATTENDANCE: count_unrecorded_dates,
}
_PAGES = {
    ToDoKind.OBSTRUCTED: "/rematch",
    ToDoKind.DECLINED: "/sessions?reply=declined&state=coming#list",
    ToDoKind.UNANSWERED: "/sessions?reply=waiting#list",
    ToDoKind.FAILED_MAIL: "/messages",
    ToDoKind.UNSENT_MAIL: "/messages?state=draft",
    ToDoKind.MISSING_NOTE: "/sessions?state=note#list",
    ToDoKind.MISSING_FEEDBACK: "/sessions",
    ToDoKind.MISSING_CONSENT: "/people?consent=missing#list",
    ToDoKind.ANOTHER_COACH: "/agreements",
    ToDoKind.ATTENDANCE_DIFFERS: "/sessions",
    ToDoKind.ASKED_OFFICE: "/sessions",
    ToDoKind.UNANSWERED_FOLLOW_UP: "/follow-ups?state=due#list",
    ToDoKind.MISSING_ANSWERS: "/answers",
    ToDoKind.UNANSWERED_EVENT: "/events",
    ToDoKind.MISSING_ATTENDANCE: "/events",
}
TO_DO_MESSAGES: Mapping[ToDoKind, Message] = {
    ToDoKind.OBSTRUCTED: facts.TO_DO_OBSTRUCTED,
    ToDoKind.DECLINED: facts.TO_DO_DECLINED,
    ToDoKind.UNANSWERED: facts.TO_DO_UNANSWERED,
    ToDoKind.FAILED_MAIL: facts.TO_DO_FAILED_MAIL,
    ToDoKind.UNSENT_MAIL: facts.TO_DO_UNSENT_MAIL,
    ToDoKind.MISSING_NOTE: facts.TO_DO_MISSING_NOTE,
    ToDoKind.MISSING_FEEDBACK: facts.TO_DO_MISSING_FEEDBACK,
    ToDoKind.MISSING_CONSENT: facts.TO_DO_MISSING_CONSENT,
    ToDoKind.ANOTHER_COACH: facts.TO_DO_ANOTHER_COACH,
    ToDoKind.ATTENDANCE_DIFFERS: facts.TO_DO_ATTENDANCE_DIFFERS,
    ToDoKind.ASKED_OFFICE: facts.TO_DO_ASKED_OFFICE,
    ToDoKind.UNANSWERED_FOLLOW_UP: facts.TO_DO_UNANSWERED_FOLLOW_UP,
    ToDoKind.MISSING_ANSWERS: facts.TO_DO_MISSING_ANSWERS,
    ToDoKind.UNANSWERED_EVENT: facts.TO_DO_UNANSWERED_EVENT,
    ToDoKind.MISSING_ATTENDANCE: facts.TO_DO_MISSING_ATTENDANCE,
}
