"""The result of a run, as stored in `result.json`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coach.cycle import ObjectiveLevel
from coach.sessions import Session


class ResultValue(BaseModel):
    """Base class of all objects in `result.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelOutcome(ResultValue):
    """The value reached at an objective level, with an upper bound over all plans."""

    name: ObjectiveLevel
    value: int
    bound: int
    proven: bool


class Verdict(ResultValue):
    """A rule's verdict on a pair: points, the rule's weight, and the reason as a sentence."""

    rule: str
    points: Annotated[int, Field(ge=0, le=100)]
    weight: Annotated[int, Field(ge=0, le=100)]
    because: str


class Match(ResultValue):
    """A coachee matched with a coach, with all verdicts and sessions.

    `points` is the sum of each verdict's points multiplied by its weight.
    """

    coachee: str
    coach: str
    points: int
    verdicts: tuple[Verdict, ...]
    sessions: tuple[Session, ...]


class FunnelStep(ResultValue):
    """The number of coaches left for a coachee after a rule and all rules before it."""

    rule: str
    left: int


class Remedy(ResultValue):
    """A change that would place an unmatched coachee without unplacing another.

    Every remedy has been verified by solving the changed problem.
    """

    change: str
    effect: str
    verified: Literal[True] = True


UnmatchedReason = Literal["nobody-eligible", "nobody-schedulable", "all-taken"]


def _is_true(value: bool) -> bool:
    return value


class Unmatched(ResultValue):
    """A coachee without a coach, with the reason, the funnel of coaches, and remedies.

    `remedies_complete` is false if the search for remedies failed or ran out of time, so that there
    may be more; the key is omitted if it is true.
    """

    coachee: str
    reason: UnmatchedReason
    funnel: tuple[FunnelStep, ...]
    remedies: tuple[Remedy, ...]
    remedies_complete: Annotated[bool, Field(exclude_if=_is_true)] = True


class CoacheeChange(StrEnum):
    """How a coachee's match differs between an earlier and a later result."""

    PLACED = "placed"
    UNPLACED = "unplaced"
    MOVED = "moved"
    RETIMED = "retimed"
    SAME = "same"


class SessionMove(ResultValue):
    """A session of a kept pair that was moved to another time, with the reason."""

    number: int
    before: Session
    after: Session
    because: str


class Move(ResultValue):
    """What a re-match changed for a coachee, with the reason, for the programme manager.

    `before` and `after` are coach ids, or `None` if the coachee is unmatched. If the coachee keeps
    their coach, `sessions` lists the sessions that were moved.
    """

    coachee: str
    change: CoacheeChange
    before: str | None
    after: str | None
    because: str
    sessions: tuple[SessionMove, ...]


def _is_empty(moves: tuple[Move, ...]) -> bool:
    return not moves


class Result(ResultValue):
    """A complete result.

    `status` is `optimal` if every level except `schedule` is proven, otherwise `feasible`. `moves`
    lists the differences from the earlier result that the run tried to keep; the key is omitted
    from the file if there are none.
    """

    format: Literal[1] = 1
    status: Literal["optimal", "feasible"]
    seed: int
    input_sha256: str
    wall_seconds: float
    levels: tuple[LevelOutcome, ...]
    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    moves: Annotated[tuple[Move, ...], Field(exclude_if=_is_empty)] = ()
