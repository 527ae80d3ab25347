"""The life of a pair, nominations and early ends, formatted for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.coaching.life import facts
from api.coaching.life.early_ends import EarlyEnd
from api.coaching.life.nominations import Candidate
from api.web.date_formats import format_local_date, format_short_date
from api.web.labels import Option
from api.web.shown_forms import FormState, Refused, ShownForm, Words, shown_form, words_of
from coach.early_ends import EarlyEndReason
from coach.pair_life import LifeState, LifeStep
from coach.texts.facts import Displayed, Message, message

STATES: Mapping[LifeState, Message] = {
    LifeState.CALLED: message("pair_life.called", "call published"),
    LifeState.NOMINATED: message("pair_life.nominated", "nominated"),
    LifeState.INVITED: message("pair_life.invited", "invited"),
    LifeState.ENROLLED: message("pair_life.enrolled", "terms accepted"),
    LifeState.MATCHED: message("pair_life.matched", "matched"),
    LifeState.CONTRACTED: message("pair_life.contracted", "agreement made"),
    LifeState.RUNNING: message("pair_life.running", "sessions started"),
    LifeState.MID_TERM: message("pair_life.mid_term", "halfway through the sessions"),
    LifeState.CLOSING: message("pair_life.closing", "last session over"),
    LifeState.COMPLETED: message("pair_life.completed", "completed"),
    LifeState.LEFT: message("pair_life.left", "ended early"),
    LifeState.FOLLOW_UP: message("pair_life.follow_up", "followed up"),
    LifeState.ALUMNUS: message("pair_life.alumnus", "stays in touch"),
    LifeState.GONE: message("pair_life.gone", "no longer in touch"),
}


_OF_COACHEE_ONLY = frozenset(
    {
        *(LifeState.NOMINATED, LifeState.INVITED, LifeState.ENROLLED),
        *(LifeState.ALUMNUS, LifeState.GONE),
    }
)
"""States that concern only the coachee and are hidden from the coach."""

REASON_OPTIONS = tuple(Option(one.value, words()) for one, words in facts.REASONS.items())
WHOSE_OPTIONS = tuple(Option(one.value, words()) for one, words in facts.WHOSE.items())
_WORDS: Words = words_of(reason=REASON_OPTIONS, whose=WHOSE_OPTIONS)


@dataclass(frozen=True, slots=True)
class LifeLine:
    """A state that a pair has reached, its date, and whether it is the current state."""

    words: Displayed
    since: Displayed
    is_now: bool


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A coachee in the list of nominations, with formatted dates."""

    view: Candidate
    nominated_on: Displayed
    invited: Displayed


@dataclass(frozen=True, slots=True)
class EarlyEndForm:
    """A pair that ended early, and the form for its reason."""

    view: EarlyEnd
    ended: Displayed
    form: ShownForm


def life_lines(
    steps: Sequence[LifeStep],
    zone: ZoneInfo,
    *,
    to_coach: bool = False,
    reason: EarlyEndReason | None = None,
) -> tuple[LifeLine, ...]:
    """Format the states that a pair has reached; `to_coach` omits those hidden from coaches.

    `reason` is the reason why the pair ended early, which only the office sees.
    """
    if to_coach:
        steps = [step for step in steps if step.state not in _OF_COACHEE_ONLY]
    return tuple(
        LifeLine(
            words=_words(step.state, reason),
            since=format_local_date(step.since, zone),
            is_now=step is steps[-1],
        )
        for step in steps
    )


def candidate_line(one: Candidate, zone: ZoneInfo) -> CandidateLine:
    """Format a coachee for the list of nominations."""
    nomination = one.nomination
    return CandidateLine(
        view=one,
        nominated_on="" if nomination is None else format_short_date(nomination.nominated_on),
        invited=format_local_date(one.invited_at, zone),
    )


def early_end_form(one: EarlyEnd, zone: ZoneInfo, refused: Refused | None) -> EarlyEndForm:
    """Return the form for a pair that ended early, with any rejected input for this pair."""
    texts = {
        "reason": "" if one.reason is None else one.reason.value,
        "whose": (one.whose or one.suggested).value,
    }
    return EarlyEndForm(
        view=one,
        ended=format_local_date(one.ended_at, zone),
        form=shown_form(FormState(texts, one.version), refused, _WORDS),
    )


def _words(state: LifeState, reason: EarlyEndReason | None) -> Displayed:
    if state is not LifeState.LEFT or reason is None:
        return STATES[state]()
    return facts.STATE_BECAUSE(state=STATES[state](), reason=facts.REASONS[reason]())
