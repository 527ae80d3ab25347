"""Goal attainment scaling as an instrument, and its T score."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

INSTRUMENT, INSTRUMENT_VERSION = "goal_attainment", "1"
"""The name and version of the instrument, which are stored with each rating.

The version is changed whenever the levels or their meanings change.
"""
INTER_CORRELATION = 0.3
"""The correlation between goals assumed by Kiresuk and Sherman; the true correlation is unknown."""
_MEAN, _DEVIATION = 50.0, 10.0


@dataclass(frozen=True, slots=True)
class RatedGoal:
    """A goal's weight, and the level it has reached, from -2 to +2."""

    weight: int
    level: int


def t_score(goals: Iterable[RatedGoal]) -> float | None:
    """Return the T score of goals rated at the same moment, or `None` if there are no goals.

    50 means that, overall, the goals were reached as expected. The formula is that of Kiresuk and
    Sherman (1968; see `coach.goals`), with r = 0.3 and sums over all goals, each with a weight w
    and a level x:

    T = 50 + 10 sum(w x) / sqrt((1 - r) sum(w^2) + r (sum w)^2)
    """
    rated = tuple(goals)
    if not rated:
        return None
    weighted = sum(goal.weight * goal.level for goal in rated)
    squares = sum(goal.weight**2 for goal in rated)
    total = sum(goal.weight for goal in rated)
    spread = sqrt((1 - INTER_CORRELATION) * squares + INTER_CORRELATION * total**2)
    return _MEAN + _DEVIATION * weighted / spread
