"""The result of a run, with reasons as facts; `result.json` also contains their sentences."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

import matching.facts  # noqa: F401 - defines the messages of the facts in results
from coach.objective import ObjectiveLevel
from coach.sessions import Session
from coach.texts.facts import Fact


class ResultValue(BaseModel):
    """Base class of all objects in `result.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class LevelOutcome(ResultValue):
    """The value of an objective level in a result, and a bound on its value in any plan.

    The bound is an upper bound, or a lower bound for `repeat`, which is minimised.
    """

    name: ObjectiveLevel
    value: int
    bound: int
    proven: bool


def _is_false(value: bool) -> bool:
    return not value


class Verdict(ResultValue):
    """A rule's verdict on a pair: points, the rule's weight, and the reason.

    `waived` is true if the rule would forbid the pair but is waived for it; otherwise, the key is
    omitted.
    """

    rule: str
    points: Annotated[int, Field(ge=0, le=100)]
    weight: Annotated[int, Field(ge=0, le=100)]
    reason: Fact
    waived: Annotated[bool, Field(exclude_if=_is_false)] = False


class Match(ResultValue):
    """A coachee matched with a coach, with their sessions and the verdicts of all weighted rules.

    `points` is the sum of each verdict's points multiplied by its weight. A pair from an earlier
    cycle that the policy avoids also has a verdict of the rule `repeat`, with weight 0.
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

    change: Fact
    effect: Fact
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
    """The difference between a coachee's matches in an earlier and a later result."""

    PLACED = "placed"
    UNPLACED = "unplaced"
    MOVED = "moved"
    RETIMED = "retimed"
    SAME = "same"


class SessionMove(ResultValue):
    """A session of a kept pair before and after it was moved, with the reason."""

    number: int
    before: Session
    after: Session
    reason: Fact


class Move(ResultValue):
    """A change that a re-match made for a coachee, with the reason, for the programme manager.

    `before` and `after` are coach ids, or `None` if the coachee is unmatched. If the coachee keeps
    their coach, `sessions` lists the sessions that were moved.
    """

    coachee: str
    change: CoacheeChange
    before: str | None
    after: str | None
    reason: Fact
    sessions: tuple[SessionMove, ...]


class MatchedPerson(ResultValue):
    """A person in a match, with the keys by which other results recognise the human."""

    id: str
    keys: tuple[str, ...]


def _is_empty_text(text: str) -> bool:
    return not text


class MatchedPeople(ResultValue):
    """The people in a result's matches, grouped by role and sorted by id.

    `cycle` is the name of the result's cycle. It is set only in the copy of an earlier result that
    is kept with a later one, and only if the name is known.
    """

    coachees: tuple[MatchedPerson, ...]
    coaches: tuple[MatchedPerson, ...]
    cycle: Annotated[str, Field(exclude_if=_is_empty_text)] = ""


def is_absent(people: MatchedPeople | None) -> bool:
    """Return whether a result contains no keys of people."""
    return people is None


def _is_empty(moves: tuple[Move, ...]) -> bool:
    return not moves


class Result(ResultValue):
    """A complete result.

    `status` is `optimal` if every level except `schedule` is proven, otherwise `feasible`.
    `cut_short` is true if the time limit ended any part of the run early. `moves` lists the
    differences from the earlier result that the run tried to keep; the key is omitted from the file
    if there are none. `people` is set only under a policy that does not allow all pairs from
    earlier cycles. In a result that was read from a file of format 1, every fact is `LEGACY`.
    """

    format: Literal[1, 2] = 2
    status: Literal["optimal", "feasible"]
    seed: int
    input_sha256: str
    wall_seconds: float
    cut_short: bool = False
    levels: tuple[LevelOutcome, ...]
    matches: tuple[Match, ...]
    unmatched: tuple[Unmatched, ...]
    moves: Annotated[tuple[Move, ...], Field(exclude_if=_is_empty)] = ()
    people: Annotated[MatchedPeople | None, Field(exclude_if=is_absent)] = None
