"""The `availability` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coach.availability import WeeklyWindow
from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.facts.names import SESSIONS
from matching.instance.availability_grid import Bits, pack, unpack
from matching.rules.rule import MAX_POINTS, Example, Indices, Points, Rule, RuleInputs

_AMPLE_STARTS = 20  # common starts per session for full points
_CELLS_AT_ONCE = 16_384
_ROWS_AT_ONCE = 2_048


class AvailabilityRule(Rule):
    """The more free time a pair has in common for its sessions, the more points it gets.

    The rule counts the times on the cycle's grid at which a session could start because both are
    free. A pair with at least 20 such start times for each session of the series gets 100 points;
    with fewer, the points are proportional, rounded down. Points do not depend on whether the
    sessions fit with the required gaps, because a pair that cannot meet often enough is never
    matched.
    """

    name = "availability"
    hard = False
    settings = ("sessions.count", "sessions.minutes", "sessions.grid_minutes")
    examples: ClassVar = (
        Example(
            "One morning a week in common, for six months.",
            86,
            facts.COMMON_TIMES(count=104, sessions=SESSIONS(count=6)),
            coachee={"availability": [WeeklyWindow(0, 540, 720)]},
            coach={"availability": [WeeklyWindow(0, 510, 720), WeeklyWindow(3, 510, 720)]},
            policy={"calendar": {"public_holidays": False}},
        ),
        Example(
            "No weekday in common.",
            0,
            facts.NO_COMMON_TIME(),
            coachee={"availability": [WeeklyWindow(0, 540, 720)]},
            coach={"availability": [WeeklyWindow(1, 540, 720)]},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        free = inputs.availability_grid
        count = len(free.starts)
        shared = np.bitwise_or.reduce(free.coachees) & np.bitwise_or.reduce(free.coaches)
        useful = np.flatnonzero(unpack(shared, count))
        useful = useful[useful >= free.contracting]
        self._coachee = _compress(free.coachees, count, useful)
        self._coach = _compress(free.coaches, count, useful)
        self._sessions = inputs.cycle.sessions.count
        self._row = {coachee.id: row for row, coachee in enumerate(inputs.roster.coachees)}
        self._column = {coach.id: column for column, coach in enumerate(inputs.roster.coaches)}

    def _common(self, coachee: Indices, coach: Indices) -> NDArray[np.int32]:
        """Count the common starts of broadcast pairs, a few rows at a time to stay in the cache."""
        common = np.empty(np.broadcast_shapes(coachee.shape, coach.shape), dtype=np.int32)
        step = max(1, _CELLS_AT_ONCE * len(common) // max(1, common.size))
        for first in range(0, len(common), step):
            rows = slice(first, first + step)
            requested = self._coachee[coachee[rows] if len(coachee) > 1 else coachee]
            offered = self._coach[coach[rows] if len(coach) > 1 else coach]
            common[rows] = np.bitwise_count(requested & offered).sum(axis=-1, dtype=np.int32)
        return common

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        enough = _AMPLE_STARTS * self._sessions
        points = np.minimum(MAX_POINTS * self._common(coachee, coach) // enough, MAX_POINTS)
        return points.astype(np.int16)

    def reason(self, coachee: Coachee, coach: Coach, _points: int) -> Fact:
        pair = np.array([self._row[coachee.id]]), np.array([self._column[coach.id]])
        common = int(self._common(*pair)[0])
        if not common:
            return facts.NO_COMMON_TIME()
        return facts.COMMON_TIMES(count=common, sessions=SESSIONS(count=self._sessions))


def _compress(bits: Bits, count: int, useful: NDArray[np.int64]) -> Bits:
    """Repack `bits`, with `count` starts per row, to contain only the `useful` starts."""
    packed = np.zeros((len(bits), -(-len(useful) // 64)), dtype=np.uint64)
    for first in range(0, len(bits), _ROWS_AT_ONCE):
        rows = slice(first, first + _ROWS_AT_ONCE)
        packed[rows] = pack(unpack(bits[rows], count)[:, useful])
    return packed
