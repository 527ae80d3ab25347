"""The life of a pair, formatted for pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from api.web.date_formats import format_local_date
from coach.pair_life import LifeState, LifeStep
from coach.texts.facts import Displayed, Message, message

STATES: Mapping[LifeState, Message] = {
    LifeState.CALLED: message("pair_life.called", "call published"),
    LifeState.NOMINATED: message("pair_life.nominated", "nominated"),
    LifeState.INVITED: message("pair_life.invited", "invited"),
    LifeState.ENROLLED: message("pair_life.enrolled", "terms agreed to"),
    LifeState.MATCHED: message("pair_life.matched", "matched"),
    LifeState.CONTRACTED: message("pair_life.contracted", "agreement made"),
    LifeState.RUNNING: message("pair_life.running", "sessions begun"),
    LifeState.MID_TERM: message("pair_life.mid_term", "half of the sessions over"),
    LifeState.CLOSING: message("pair_life.closing", "last session over"),
    LifeState.COMPLETED: message("pair_life.completed", "completed"),
    LifeState.LEFT: message("pair_life.left", "ended early"),
    LifeState.FOLLOW_UP: message("pair_life.follow_up", "followed up"),
    LifeState.ALUMNUS: message("pair_life.alumnus", "stays in touch"),
    LifeState.GONE: message("pair_life.gone", "no longer in touch"),
}


_OF_COACHEE_ONLY = frozenset({LifeState.ENROLLED, LifeState.ALUMNUS, LifeState.GONE})
"""The states that reveal what a coachee has agreed to, which the coach must not learn."""


@dataclass(frozen=True, slots=True)
class LifeLine:
    """A state that a pair has reached, when, and whether it is the present state."""

    words: Displayed
    since: Displayed
    is_now: bool


def life_lines(
    steps: Sequence[LifeStep], zone: ZoneInfo, *, to_coach: bool = False
) -> tuple[LifeLine, ...]:
    """Format the states that a pair has reached; a coach gets only those that they may know."""
    if to_coach:
        steps = [step for step in steps if step.state not in _OF_COACHEE_ONLY]
    return tuple(
        LifeLine(
            words=STATES[step.state](),
            since=format_local_date(step.since, zone),
            is_now=step is steps[-1],
        )
        for step in steps
    )
