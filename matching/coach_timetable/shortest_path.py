"""Shortest paths through the positions of a series: cost-to-come and cost-to-go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import add

from matching.coach_timetable.subproblem import CoachSubproblem, SessionOption, SessionOptions

INFINITE_COST = 1 << 60
PositionCosts = Mapping[int, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class PathCosts:
    """Minimum costs of a series.

    Attributes:
        own: for each session and position, the cost of the cheapest option.
        cost_to_go: for each session and position, the minimum cost from there (inclusive) to the
            end.
        cost_to_come: for each session and position, the minimum cost before it.
        best: the minimum cost of a series, or `INFINITE_COST` if there is none.
    """

    own: list[dict[int, int]]
    cost_to_go: list[dict[int, int]]
    cost_to_come: list[dict[int, int]]
    best: int


def path_costs(
    subproblem: CoachSubproblem, cost: Sequence[Mapping[int, int]], scale: int = 1
) -> PathCosts:
    """Return the minimum costs, given each session's costs by position; gap costs are scaled."""
    cost_to_go = _cost_to_go(subproblem, cost, scale)
    cost_to_come: list[dict[int, int]] = [dict.fromkeys(cost[0], 0)] if cost else []
    for place in range(len(cost) - 1):
        here: dict[int, int] = {}
        following = sorted(cost_to_go[place + 1])
        for position, so_far in cost_to_come[place].items():
            if position not in cost_to_go[place]:
                continue
            cost_here = so_far + cost[place][position]
            for later, gap in next_positions(subproblem, position, following):
                through = cost_here + scale * gap
                if through < here.get(later, INFINITE_COST):
                    here[later] = through
        cost_to_come.append(here)
    best = min(cost_to_go[0].values(), default=INFINITE_COST) if cost else 0
    return PathCosts([dict(one) for one in cost], cost_to_go, cost_to_come, best)


def least_cost(
    subproblem: CoachSubproblem, cost: Sequence[Mapping[int, int]], scale: int = 1
) -> int:
    """Return the minimum cost of a series, or `INFINITE_COST` if there is none."""
    cost_to_go = _cost_to_go(subproblem, cost, scale)
    return min(cost_to_go[0].values(), default=INFINITE_COST) if cost else 0


def cheapest_series(
    subproblem: CoachSubproblem, series: Sequence[SessionOptions]
) -> tuple[list[SessionOption], int] | None:
    """Return the cheapest series and its cost, or `None` if there is none."""
    best: list[dict[int, SessionOption]] = []
    for options in series:
        here: dict[int, SessionOption] = {}
        for option in options:
            if option.position not in here or option.cost < here[option.position].cost:
                here[option.position] = option
        best.append(here)
    cost = [{position: option.cost for position, option in here.items()} for here in best]
    cost_to_go = _cost_to_go(subproblem, cost, 1)
    if not cost:
        return [], 0
    if not cost_to_go[0]:
        return None
    least, position = min((value, position) for position, value in cost_to_go[0].items())
    found = [best[0][position]]
    for place in range(1, len(cost)):
        following = sorted(cost_to_go[place])
        position = min(
            (cost_to_go[place][later] + gap, later)
            for later, gap in next_positions(subproblem, position, following)
        )[1]
        found.append(best[place][position])
    return found, least


def next_positions(
    subproblem: CoachSubproblem, position: int, following: Sequence[int]
) -> list[tuple[int, int]]:
    """Return the positions in `following` (ascending) that can come next, with their gap costs."""
    low, gaps = subproblem.low[position], subproblem.next_gap_costs[position]
    first = bisect_left(following, low)
    last = bisect_left(following, subproblem.high[position])
    return [(later, gaps[later - low]) for later in following[first:last]]


def _cost_to_go(
    subproblem: CoachSubproblem, cost: Sequence[Mapping[int, int]], scale: int
) -> list[dict[int, int]]:
    """Return the minimum cost from each session and position to the end, excluding dead ends."""
    low, high, gaps = subproblem.low, subproblem.high, subproblem.next_gap_costs
    if scale != 1:
        gaps = [[scale * gap for gap in some] for some in gaps]
    table: list[dict[int, int]] = []
    for own in reversed(cost):
        if not table:
            here = dict(own)
        else:
            after = [INFINITE_COST] * len(low)
            for position, value in table[-1].items():
                after[position] = value
            here = {}
            for position, value in own.items():
                following = after[low[position] : high[position]]
                least = min(map(add, following, gaps[position]), default=INFINITE_COST)
                if least < INFINITE_COST:
                    here[position] = value + least
        table.append(here)
    return table[::-1]
