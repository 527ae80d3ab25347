"""What a run returns, exactly as `result.json` holds it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from coach.cycle import ObjectiveLevel
from coach.sessions import Session


class ResultValue(BaseModel):
    """A value of the result file."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelOutcome(ResultValue):
    """One level of the objective: the value reached and a proven bound no plan can exceed."""

    name: ObjectiveLevel
    value: int
    bound: int
    proven: bool


class Verdict(ResultValue):
    """What one rule says of one pair: 0 to 100 points, its weight, and why, in words."""

    rule: str
    points: Annotated[int, Field(ge=0, le=100)]
    weight: Annotated[int, Field(ge=0, le=100)]
    because: str


class Match(ResultValue):
    """A coachee with their coach: the sum of weight x points, the verdicts and all the sessions."""

    coachee: str
    coach: str
    points: int
    verdicts: tuple[Verdict, ...]
    sessions: tuple[Session, ...]


class FunnelStep(ResultValue):
    """How many coaches were left for a coachee after one rule, applied after those before it."""

    rule: str
    left: int


class Remedy(ResultValue):
    """One change that places the coachee and unplaces nobody, checked by solving again."""

    change: str
    effect: str
    verified: Literal[True] = True


UnmatchedReason = Literal["nobody-eligible", "nobody-schedulable", "all-taken"]


class Unmatched(ResultValue):
    """A coachee without a coach: why, what each rule left over, and what would help."""

    coachee: str
    reason: UnmatchedReason
    funnel: tuple[FunnelStep, ...]
    remedies: tuple[Remedy, ...]


class CoacheeChange(StrEnum):
    """What becomes of a coachee from one result to a later one."""

    PLACED = "placed"
    UNPLACED = "unplaced"
    MOVED = "moved"
    RETIMED = "retimed"
    SAME = "same"


class SessionMove(ResultValue):
    """A session of a pair that stays, at another time, and why."""

    number: int
    before: Session
    after: Session
    because: str


class Move(ResultValue):
    """What a re-match changed for one coachee, and why; for the programme manager.

    `before` and `after` are coaches, `None` for nobody. `sessions` are those at other times of a
    coachee who keeps their coach.
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
    """A whole result. `status` is `optimal` only where every level but `schedule` is proven.

    `moves` tells what differs from the earlier result that was to be kept; where there is nothing
    to tell, the key is left out.
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
