"""Pricing problems of a coach that are solved, which bound those with similar profits.

If no feasible set has more than `m` profit under the profits `p`, then none has more than `m` plus
the greatest `k` of the differences `p'(i) - p(i) > 0` under the profits `p'`, where `k` is the
greatest size of a set. The duals of a coach often stay the same while sets of others are added.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from heapq import nlargest

_MAX_KNOWN = 32


class KnownMaxima:
    """The latest profits for which the maximum over all feasible sets is known."""

    def __init__(self, max_coachees: int) -> None:
        """Create an empty collection; `max_coachees` is the greatest size of a feasible set."""
        self._max_coachees = max_coachees
        self._latest: deque[tuple[dict[int, float], float]] = deque(maxlen=_MAX_KNOWN)

    def add(self, profit: Mapping[int, float], maximum: float) -> None:
        """Store that no feasible set has more profit than `maximum`."""
        self._latest.appendleft((dict(profit), maximum))

    def rule_out(self, profit: Mapping[int, float], threshold: float) -> bool:
        """Return whether they show that no feasible set has more profit than `threshold`."""
        return any(
            maximum + self._greatest_gain(known, profit) <= threshold
            for known, maximum in self._latest
            if maximum <= threshold
        )

    def _greatest_gain(self, known: Mapping[int, float], profit: Mapping[int, float]) -> float:
        """Return how much more a set can have under `profit` than under the `known` profits."""
        gains = [gain for one, value in profit.items() if (gain := value - known.get(one, 0.0)) > 0]
        return sum(nlargest(self._max_coachees, gains))
