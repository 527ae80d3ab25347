"""The result of a run, in the structure of `result.json`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coach.cycle import ObjectiveLevel
from coach.sessions import Session


class ResultValue(BaseModel):
    """Base class of all values in the result file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelOutcome(ResultValue):
    """A level of the objective: the value reached, and a bound that no plan exceeds."""

    name: ObjectiveLevel
    value: int
    bound: int
    proven: bool


class Verdict(ResultValue):
    """A rule's verdict on a pair: 0 to 100 points, the rule's weight, and the reason in words."""

    rule: str
    points: Annotated[int, Field(ge=0, le=100)]
    weight: Annotated[int, Field(ge=0, le=100)]
    because: str


class Match(ResultValue):
    """A coachee with their coach: the sum of weight x points, the verdicts, and all sessions."""

    coachee: str
    coach: str
    points: int
    verdicts: tuple[Verdict, ...]
    sessions: tuple[Session, ...]


class FunnelStep(ResultValue):
    """The number of coaches that remain for a coachee after a rule and those before it."""

    rule: str
    left: int


class Remedy(ResultValue):
    """A change that places the coachee without unplacing anybody, verified by solving again."""

    change: str
    effect: str
    verified: Literal[True] = True


UnmatchedReason = Literal["nobody-eligible", "nobody-schedulable", "all-taken"]


def _is_true(value: bool) -> bool:
    return value


class Unmatched(ResultValue):
    """A coachee without a coach: the reason, what remains after each rule, and what would help.

    `remedies_complete` is false if the search for remedies failed or ran out of time, so that there
    may be others; the key is omitted if it is true.
    """

    coachee: str
    reason: UnmatchedReason
    funnel: tuple[FunnelStep, ...]
    remedies: tuple[Remedy, ...]
    remedies_complete: Annotated[bool, Field(exclude_if=_is_true)] = True


class CoacheeChange(StrEnum):
    """How a coachee's match changed from one result to a later one."""

    PLACED = "placed"
    UNPLACED = "unplaced"
    MOVED = "moved"
    RETIMED = "retimed"
    SAME = "same"


class SessionMove(ResultValue):
    """A session of a kept pair that moved to another time, with the reason."""

    number: int
    before: Session
    after: Session
    because: str


class Move(ResultValue):
    """What a re-match changed for a coachee, and why; for the programme manager.

    `before` and `after` are coaches, or `None`. For a coachee who keeps their coach, `sessions` are
    those at other times.
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
    """A complete result. `status` is `optimal` only if every level but `schedule` is proven.

    `moves` lists the differences from the earlier result that was to be kept; the key is omitted if
    there are none.
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
