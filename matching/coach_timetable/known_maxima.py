"""A coach's solved pricing problems, which bound pricing problems with similar profits.

If no feasible set has a profit above `m` under the profits `p`, then none has a profit above `m`
plus the `k` greatest differences `p'(i) - p(i) > 0` under the profits `p'`, where `k` is the
maximum size of a set. A coach's duals often stay the same while sets are added for other coaches.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from heapq import nlargest

_MAX_KNOWN = 32


class KnownMaxima:
    """The latest profits, each with an upper bound on the profit of any feasible set."""

    def __init__(self, max_coachees: int) -> None:
        """Create an empty collection; `max_coachees` bounds the size of a feasible set."""
        self._max_coachees = max_coachees
        self._latest: deque[tuple[dict[int, float], float]] = deque(maxlen=_MAX_KNOWN)

    def add(self, profit: Mapping[int, float], maximum: float) -> None:
        """Store that no feasible set has a profit above `maximum`."""
        self._latest.appendleft((dict(profit), maximum))

    def rule_out(self, profit: Mapping[int, float], threshold: float) -> bool:
        """Return whether a stored bound rules out feasible sets with a profit above `threshold`."""
        return any(
            maximum + self._greatest_gain(known, profit) <= threshold
            for known, maximum in self._latest
            if maximum <= threshold
        )

    def _greatest_gain(self, known: Mapping[int, float], profit: Mapping[int, float]) -> float:
        """Return how much more a set can have under `profit` than under the `known` profits."""
        gains = [gain for one, value in profit.items() if (gain := value - known.get(one, 0.0)) > 0]
        return sum(nlargest(self._max_coachees, gains))
