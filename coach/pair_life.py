"""A pair's life in a cycle, from the open call until after the cycle, as dated events.

The state of a pair is not stored, but derived from events that were recorded for other reasons, so
that state and events can never disagree. A pair only moves forward: a state that was reached stays
reached, and the current state is the last one reached. Events after the early end of a pair are
ignored.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class LifeState(StrEnum):
    """The states of a pair, in chronological order."""

    CALLED = "call"
    NOMINATED = "nominated"
    INVITED = "invited"
    ENROLLED = "enrolled"
    MATCHED = "matched"
    CONTRACTED = "contracted"
    RUNNING = "running"
    MID_TERM = "mid_term"
    CLOSING = "closing"
    COMPLETED = "completed"
    LEFT = "left"
    FOLLOW_UP = "follow_up"
    ALUMNUS = "alumnus"
    GONE = "gone"


ORDER = {state: place for place, state in enumerate(LifeState)}


@dataclass(frozen=True, slots=True)
class LifeFacts:
    """The known times of the events in a pair's life; `None` for events that have not happened.

    All times are aware datetimes.

    Attributes:
        called: when the open call was published.
        nominated: when the coachee was nominated.
        invited: when the coachee was invited.
        enrolled: when the coachee agreed to the terms.
        matched: when the plan with the pair was published.
        contracted: when both people had accepted the agreement.
        session_ends: the ends of the confirmed sessions, in order.
        first_start: the start of the first confirmed session.
        completed: when the two people recorded that they had finished.
        left: when either person left or the pair was replaced, unless the pair had been completed.
        follow_ups: when the follow-ups were due, in order, excluding those that the coachee had
            declined by then.
        answerable_until: the time until which the last follow-up can be answered.
        alumnus: when the coachee agreed to stay in touch; `None` if that consent was withdrawn.
        gone: when, after completion, the coachee left, was erased, or withdrew the consent to stay
            in touch.
    """

    called: datetime | None = None
    nominated: datetime | None = None
    invited: datetime | None = None
    enrolled: datetime | None = None
    matched: datetime | None = None
    contracted: datetime | None = None
    session_ends: tuple[datetime, ...] = ()
    first_start: datetime | None = None
    completed: datetime | None = None
    left: datetime | None = None
    follow_ups: tuple[datetime, ...] = field(default=())
    answerable_until: datetime | None = None
    alumnus: datetime | None = None
    gone: datetime | None = None


@dataclass(frozen=True, slots=True)
class LifeStep:
    """A state that a pair has reached, and when the pair reached it."""

    state: LifeState
    since: datetime


def life_of(facts: LifeFacts, now: datetime) -> tuple[LifeStep, ...]:
    """Return the states that a pair has reached, in order; the last one is the current state.

    A pair that has left reaches no later state. A completed pair is gone at `facts.gone`. If that
    is not known, it is an alumnus from `facts.alumnus` on or, without that consent, gone once its
    last follow-up can no longer be answered.
    """
    reached = [LifeStep(state, since) for state, since in _moments(facts) if since <= now]
    return tuple(sorted(reached, key=lambda step: ORDER[step.state]))


def state_of(steps: Iterable[LifeStep]) -> LifeState | None:
    """Return the current state of a pair, or `None` if nothing has happened yet."""
    last = None
    for step in steps:
        last = step.state
    return last


def _moments(facts: LifeFacts) -> Iterator[tuple[LifeState, datetime]]:
    """Yield each state that has a known time, with the time when it is reached."""
    beginning = (
        (LifeState.CALLED, facts.called),
        (LifeState.NOMINATED, facts.nominated),
        (LifeState.INVITED, facts.invited),
        (LifeState.ENROLLED, facts.enrolled),
        (LifeState.MATCHED, facts.matched),
        (LifeState.CONTRACTED, facts.contracted),
        (LifeState.RUNNING, facts.first_start),
        (LifeState.MID_TERM, _middle(facts.session_ends)),
        (LifeState.CLOSING, facts.session_ends[-1] if facts.session_ends else None),
    )
    ended = facts.completed or facts.left
    for state, since in beginning:
        if since is not None and (ended is None or since <= ended):
            yield state, since
    if facts.completed is not None:
        yield LifeState.COMPLETED, facts.completed
        yield from _afterwards(facts)
    elif facts.left is not None:
        yield LifeState.LEFT, facts.left


def _middle(ends: tuple[datetime, ...]) -> datetime | None:
    """Return the end of the session that completes the first half, or `None` for fewer than two."""
    return ends[(len(ends) + 1) // 2 - 1] if len(ends) > 1 else None


def _afterwards(facts: LifeFacts) -> Iterator[tuple[LifeState, datetime]]:
    asked = [due for due in facts.follow_ups if facts.gone is None or due <= facts.gone]
    if asked:
        yield LifeState.FOLLOW_UP, asked[0]
    if facts.gone is not None:
        yield LifeState.GONE, facts.gone
    elif facts.alumnus is not None:
        yield LifeState.ALUMNUS, facts.alumnus
    elif facts.answerable_until is not None:
        yield LifeState.GONE, facts.answerable_until
