"""One coach's series as a task by itself: who has to meet, where, when, and what each choice costs.

A *berth* is one way to hold one session: at a position, at any of some starts, for a cost. A
position has a berth for each cost its starts can have, with all starts that cost no more: taking
fewer starts of a day is cheaper and harder to fit beside others. What a series costs is the sum of
its berths and of its gaps; everything else (the last session, the gap to a session that is over,
sessions that stay at their time) is in the cost of a berth.

A task holds no more than numbers, so that it can be worked on in another process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.day_packing import place_on_day
from matching.coach_timetable.quality import WHOLE, Quality
from matching.deadline import SolverFaultError


@dataclass(frozen=True, slots=True)
class Berth:
    """One way to hold a session: at `position`, at one of `starts` (epoch minutes), for `cost`."""

    position: int
    starts: tuple[int, ...]
    cost: int


Berths = tuple[Berth, ...]
"""Berths of one session each, or the ways to hold one session, ascending by position and cost."""


@dataclass(frozen=True, slots=True)
class CoachTask:
    """What one coach has to hold.

    Attributes:
        apart: least minutes between two starts.
        by_day: whether positions are days; else each is a single start.
        day: of each position.
        week: of each position.
        low: first position that a series may go on with after each position.
        high: one past the last.
        day_limit: most sessions on each day.
        week_limit: most sessions in each week that could have more.
        gaps: what a gap of so many days costs.
        series: for each coachee and each session the ways to hold it.
        now: a timetable to begin with, a berth for each session.
    """

    apart: int
    by_day: bool
    day: tuple[int, ...]
    week: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    day_limit: Mapping[int, int]
    week_limit: Mapping[int, int]
    gaps: tuple[int, ...]
    series: tuple[tuple[Berths, ...], ...]
    now: tuple[Berths, ...]

    @property
    def size(self) -> int:
        """How many berths there are in all."""
        return sum(len(berths) for series in self.series for berths in series)

    def cost(self, berths: Sequence[Berth]) -> int:
        """What one series costs."""
        days = [self.day[berth.position] for berth in berths]
        gaps = sum(self.gaps[later - day] for day, later in pairwise(days))
        return gaps + sum(berth.cost for berth in berths)

    def costs(self, timetable: Sequence[Sequence[Berth]]) -> int:
        """What a whole timetable costs."""
        return sum(self.cost(berths) for berths in timetable)

    def fits(self, berths: Sequence[Berth]) -> bool:
        """Whether sessions of different coachees at one position can all be held."""
        if len(berths) == 1:
            return True
        if not self.by_day or len(berths) > self.day_limit[self.day[berths[0].position]]:
            return False
        return place_on_day(tuple(berth.starts for berth in berths), self.apart) is not None


@dataclass(frozen=True, slots=True)
class CoachAnswer:
    """The best timetable found, what it costs, and what no timetable costs less than."""

    timetable: tuple[Berths, ...]
    cost: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether nothing better exists."""
        return self.cost <= self.bound


@dataclass(frozen=True, slots=True)
class Wish:
    """Starts that sessions had before, by number, each worth `worth` if it stays."""

    starts: Mapping[int, int]
    worth: int


def coach_task(
    calendar: CoachCalendar,
    quality: Quality,
    placed: Mapping[int, Sequence[int]],
    wishes: Mapping[int, Wish],
) -> CoachTask:
    """The task of a coach who holds the candidates of `placed` at these positions.

    The order of coachees in the task is that of `placed`.
    """
    series = tuple(_series(calendar, quality, one, wishes.get(one)) for one in placed)
    return CoachTask(
        apart=calendar.apart,
        by_day=calendar.by_day,
        day=tuple(calendar.position_day),
        week=tuple(calendar.position_week),
        low=tuple(calendar.low),
        high=tuple(calendar.high),
        day_limit=calendar.day_limit,
        week_limit=calendar.week_limit if calendar.week_can_bind else {},
        gaps=quality.gap_costs,
        series=series,
        now=tuple(
            _widest(berths, positions)
            for berths, positions in zip(series, placed.values(), strict=True)
        ),
    )


def times(task: CoachTask, timetable: Sequence[Sequence[Berth]]) -> list[tuple[int, ...]]:
    """The starts of each series, ascending; on a day, one after the other."""
    on: dict[int, list[tuple[int, Berth]]] = {}
    for who, berths in enumerate(timetable):
        for berth in berths:
            on.setdefault(berth.position, []).append((who, berth))
    series: list[list[int]] = [[] for _ in timetable]
    for crowd in on.values():
        starts = place_on_day(tuple(berth.starts for _, berth in crowd), task.apart)
        if starts is None:
            raise SolverFaultError("a day holds sessions that do not fit it")
        for (who, _), start in zip(crowd, starts, strict=True):
            series[who].append(start)
    return [tuple(sorted(starts)) for starts in series]


def _series(
    calendar: CoachCalendar, quality: Quality, one: int, wish: Wish | None
) -> tuple[Berths, ...]:
    candidate, row, day = calendar.candidate(one), calendar.coachees[one], calendar.position_day
    own: dict[int, dict[int, int]] = {
        position: {
            start: quality.session_cost(row, calendar.coach, (day[position], start))
            for start in starts
        }
        for position, starts in candidate.starts.items()
    }
    last, anchor = len(candidate.chain) - 1, calendar.anchor[one]
    numbers = []
    for place, positions in enumerate(candidate.chain):
        stays = wish.starts.get(calendar.passed[one] + place + 1) if wish else None
        berths: list[Berth] = []
        for position in positions:
            costs = own[position]
            extra = quality.finish_cost(day[position]) if place == last else 0
            if place == 0 and anchor is not None:
                extra += quality.gap_cost(day[position] - anchor)
            if wish and stays in costs:
                costs = {**costs, stays: costs[stays] - wish.worth}
            berths.extend(_berths(position, costs, extra))
        numbers.append(tuple(berths))
    return tuple(numbers)


def _berths(position: int, costs: Mapping[int, int], extra: int) -> list[Berth]:
    """A berth for each cost, with every start that costs no more."""
    return [
        Berth(position, tuple(start for start, own in costs.items() if own <= cost), cost + extra)
        for cost in sorted(set(costs.values()))
    ]


def _widest(series: Sequence[Berths], positions: Sequence[int]) -> Berths:
    """The berths at these positions that leave every start open."""
    return tuple(
        max((b for b in berths if b.position == position), key=lambda b: len(b.starts))
        for berths, position in zip(series, positions, strict=True)
    )


def worth_of_staying(coachees: int) -> int:
    """More than all faults of so many series together."""
    return WHOLE * coachees + 1
