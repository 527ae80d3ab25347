"""What one series costs at least, through each of its sessions: a cheapest path, both ways."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matching.coach_timetable.subproblem import Berth, Berths, CoachTask

NEVER = 1 << 60
Prices = Mapping[int, Mapping[int, int]]


@dataclass(frozen=True, slots=True)
class Paths:
    """Least costs of one series.

    Attributes:
        own: for each session and position, the berth there that costs least.
        behind: for each session and position, the least cost from it (included) to the end.
        before: for each session and position, the least cost of all before it.
        best: the least cost of a whole series; `NEVER` where there is none.
    """

    own: list[dict[int, int]]
    behind: list[dict[int, int]]
    before: list[dict[int, int]]
    best: int


def paths(task: CoachTask, cost: Sequence[Mapping[int, int]], scale: int = 1) -> Paths:
    """Least costs where a session at a position costs `cost`, and gaps `scale` times theirs."""
    behind = _behind(task, cost, scale)
    before: list[dict[int, int]] = [dict.fromkeys(cost[0], 0)] if cost else []
    for place in range(len(cost) - 1):
        here: dict[int, int] = {}
        following = sorted(behind[place + 1])
        for position, so_far in before[place].items():
            if position not in behind[place]:
                continue
            reached = so_far + cost[place][position]
            for later, gap in reachable(task, position, following):
                through = reached + scale * gap
                if through < here.get(later, NEVER):
                    here[later] = through
        before.append(here)
    best = min(behind[0].values(), default=NEVER) if cost else 0
    return Paths([dict(one) for one in cost], behind, before, best)


def cheapest(task: CoachTask, series: Sequence[Berths]) -> tuple[list[Berth], int] | None:
    """The series of these berths that costs least, and what it costs."""
    best: list[dict[int, Berth]] = []
    for berths in series:
        here: dict[int, Berth] = {}
        for berth in berths:
            if berth.position not in here or berth.cost < here[berth.position].cost:
                here[berth.position] = berth
        best.append(here)
    cost = [{position: berth.cost for position, berth in here.items()} for here in best]
    behind = _behind(task, cost, 1)
    if not cost:
        return [], 0
    if not behind[0]:
        return None
    least, position = min((value, position) for position, value in behind[0].items())
    found = [best[0][position]]
    for place in range(1, len(cost)):
        following = sorted(behind[place])
        position = min(
            (behind[place][later] + gap, later)
            for later, gap in reachable(task, position, following)
        )[1]
        found.append(best[place][position])
    return found, least


def reachable(task: CoachTask, position: int, following: Sequence[int]) -> list[tuple[int, int]]:
    """The positions of `following`, ascending, that may come next, each with its gap's cost."""
    first = bisect_left(following, task.low[position])
    last = bisect_left(following, task.high[position])
    day = task.day[position]
    return [(later, task.gaps[task.day[later] - day]) for later in following[first:last]]


def _behind(task: CoachTask, cost: Sequence[Mapping[int, int]], scale: int) -> list[dict[int, int]]:
    """For each session and position the least cost from there on; dead ends are left out."""
    table: list[dict[int, int]] = []
    after: dict[int, int] | None = None
    for own in reversed(cost):
        if after is None:
            here = dict(own)
        else:
            following = sorted(after)
            here = {}
            for position, value in own.items():
                least = min(
                    (
                        after[later] + scale * gap
                        for later, gap in reachable(task, position, following)
                    ),
                    default=NEVER,
                )
                if least < NEVER:
                    here[position] = value + least
        table.append(here)
        after = here
    return table[::-1]
