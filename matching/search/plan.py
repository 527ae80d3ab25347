"""A plan: the chosen pairs, the starts of their sessions, and the outcome of each level."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching.coach_timetable.calendar import Series
from matching.result import LevelOutcome


@dataclass(frozen=True, eq=False)
class Plan:
    """The engine's decisions, as arrays over the `K` chosen pairs.

    Attributes:
        coachee: `int64[K]`, rows in the roster, ascending.
        coach: `int64[K]`, rows in the roster.
        points: `int64[K]`, points of each pair.
        series: for each pair, the starts of its sessions in epoch minutes, ascending.
        levels: the value and bound of each level, in the policy's order.
    """

    coachee: NDArray[np.int64]
    coach: NDArray[np.int64]
    points: NDArray[np.int64]
    series: tuple[Series, ...]
    levels: tuple[LevelOutcome, ...]

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """The `(coachee, coach)` rows of each pair, in ascending order of coachees."""
        return list(zip(self.coachee.tolist(), self.coach.tolist(), strict=True))
