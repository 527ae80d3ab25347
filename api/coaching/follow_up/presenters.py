"""Follow-ups, formatted for the pages where they are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.coaching.curriculum.presenters import text_of
from api.coaching.follow_up import facts
from api.coaching.follow_up.answers import FollowUpForm, FollowUpView
from api.coaching.follow_up.forms import OUTCOME_FIELDS, rating_field
from api.coaching.follow_up.questions import ask_again_item, without_ask_again
from api.coaching.goals.commitment_views import CommitmentView
from api.coaching.goals.goal_views import GoalView
from api.coaching.goals.presenters import CommitmentDisplay, commitment_display
from api.coaching.instruments.fields import (
    ItemFields,
    Origins,
    field_names,
    form_values,
    item_fields,
    origins_of,
    scale_ends,
)
from api.web.date_formats import format_date, format_local_date
from api.web.labels import Badge, Option
from coach.commitments import CommitmentEvent, CommitmentState
from coach.follow_up import FollowUpState, PostOutcome
from coach.goals import Proof
from coach.texts.facts import Displayed

_TONES = {FollowUpState.DUE: "warn", FollowUpState.ANSWERED: "good"}
POST_OPTIONS = tuple(Option(one.value, facts.POST_OUTCOMES[one]()) for one in PostOutcome)


@dataclass(frozen=True, slots=True)
class FollowUpLine:
    """A follow-up in a list; `answered` is empty if there is no answer."""

    view: FollowUpView
    month: Displayed
    badge: Badge
    due: Displayed
    answered: Displayed


@dataclass(frozen=True, slots=True)
class CommitmentForm:
    """A commitment with the fields of its form; `options` is empty if no change can be recorded."""

    display: CommitmentDisplay
    options: tuple[Option, ...]
    can_hand_over: bool
    can_drop: bool
    seen: int | str
    entered: Mapping[str, str]
    faults: Mapping[str, Displayed]


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """The questions of a follow-up with the fields of their form.

    Attributes:
        title: the heading; empty if only the last question is asked.
        last: the last question (whether the person may be asked again), in the instrument's words.
        sha256: the digest of the displayed questions.
    """

    title: Displayed
    intro: Displayed
    items: tuple[ItemFields, ...]
    ends: Displayed
    last: Displayed
    entered: Mapping[str, str]
    sha256: str
    origins: Origins | None


def state_badge(state: FollowUpState) -> Badge:
    """Return the badge for the state of a follow-up."""
    return Badge(facts.STATES[state](), _TONES.get(state, ""))


def follow_up_line(one: FollowUpView, zone: ZoneInfo) -> FollowUpLine:
    """Format a follow-up for a list."""
    return FollowUpLine(
        view=one,
        month=facts.MONTH(count=one.month),
        badge=state_badge(one.state),
        due=format_date(one.due),
        answered=format_local_date(one.answered_at, zone),
    )


def commitment_form(
    one: CommitmentView, entered: Mapping[str, str], faults: Mapping[str, Displayed]
) -> CommitmentForm:
    """Return the form of a commitment, filled in with the rejected input if there are faults.

    "Done" can be chosen even for a commitment without evidence, because evidence is entered in the
    same form.
    """
    events = [event for event in one.events if event in facts.EVENTS]
    begun = one.state in {CommitmentState.COMMITTED, CommitmentState.UNDER_WAY}
    if begun and events and CommitmentEvent.FINISH not in events:
        events.append(CommitmentEvent.FINISH)
    order = list(facts.EVENTS)
    options = tuple(
        Option(event.value, facts.EVENTS[event]()) for event in sorted(events, key=order.index)
    )
    return CommitmentForm(
        display=commitment_display(one),
        options=options,
        can_hand_over=CommitmentEvent.HAND_OVER in events,
        can_drop=CommitmentEvent.DROP in events,
        seen=entered.get("seen", one.version),
        entered=dict.fromkeys(OUTCOME_FIELDS, "") | {"kind": Proof.ORDER.value} | dict(entered),
        faults=faults,
    )


def goal_form(
    goal: GoalView, level: int | None, entered: Mapping[str, str]
) -> tuple[GoalView, tuple[tuple[str, str], ...], str]:
    """Return a goal, its levels' texts, and the entered or stored level (empty if unrated)."""
    scale = goal.scale
    texts = (
        ()
        if scale is None
        else tuple((str(one), text) for one, text in scale.by_level.items() if text)
    )
    stored = "" if level is None else str(level)
    return goal, texts, entered.get(rating_field(goal.id), stored)


def question_form(form: FollowUpForm, entered: Mapping[str, str]) -> QuestionForm:
    """Return the questions of a follow-up, with the entered or stored answers."""
    last, instrument = ask_again_item(form.instrument), form.instrument
    asked = None if instrument is None else without_ask_again(instrument)
    if asked is None or not asked.items:
        words = facts.MAY_WE_ASK_AGAIN() if last is None else text_of(last.text)
        return QuestionForm("", "", (), "", words, {}, "", None)
    given = entered or form_values(asked, form.answers)
    return QuestionForm(
        title=text_of(asked.title),
        intro="" if asked.intro is None else text_of(asked.intro),
        items=item_fields(asked),
        ends=scale_ends(asked),
        last=facts.MAY_WE_ASK_AGAIN() if last is None else text_of(last.text),
        entered={name: given.get(name, "") for name in field_names(asked)},
        sha256=form.sha256,
        origins=origins_of(asked),
    )
