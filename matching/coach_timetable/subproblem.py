"""One coach's timetabling subproblem: sessions, their possible times, and their costs.

A *session option* is a possibility for one session: a position, starts at that position, and a
cost. A position has one option for each distinct cost, with all starts of at most that cost.
Cheaper options have fewer starts, which makes them harder to combine with other sessions. The cost
of a series is the sum over its options and its gaps. Option costs include all other costs: the
finish, the gap to a past session, and the bonus for sessions that keep their time.

A subproblem contains only numbers, so it can be sent to another process.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.day_packing import DayOptions, pack_day
from matching.coach_timetable.quality import MAX_QUALITY, Quality
from matching.deadline import SolverError


@dataclass(frozen=True, slots=True)
class SessionOption:
    """A possibility for one session: one of `starts` (epoch minutes) at `position`, for `cost`.

    If a contracting session can be on the day of the first session, `pair` is a positive number
    that identifies the pair; otherwise, it is 0.
    """

    position: int
    starts: tuple[int, ...]
    cost: int
    pair: int = 0


SessionOptions = tuple[SessionOption, ...]
"""The options of a series, one per session; or all options of a session, by position and cost."""


@dataclass(frozen=True)
class CoachSubproblem:
    """The sessions to schedule for one coach.

    Attributes:
        spacing_minutes: minimum number of minutes between two starts.
        by_day: whether positions are days rather than single starts.
        day: the day of each position.
        week: the week of each position.
        low: for each position, the first possible position of the next session.
        high: for each position, one past the last possible position of the next session.
        day_limit: the maximum number of sessions on each day.
        week_limit: the maximum number of sessions in each week in which the limit can bind.
        gaps: the cost of a gap, indexed by its length in days.
        series: the session options of each session of each coachee.
        initial: a feasible timetable, with one option for each session.
        contracting: the number of positions of contracting sessions, which come first.
        contracting_spacing: minimum number of minutes from the start of a contracting session to
            the next start.
    """

    spacing_minutes: int
    by_day: bool
    day: tuple[int, ...]
    week: tuple[int, ...]
    low: tuple[int, ...]
    high: tuple[int, ...]
    day_limit: Mapping[int, int]
    week_limit: Mapping[int, int]
    gaps: tuple[int, ...]
    series: tuple[tuple[SessionOptions, ...], ...]
    initial: tuple[SessionOptions, ...]
    contracting: int = 0
    contracting_spacing: int = 0

    @property
    def size(self) -> int:
        """The number of session options."""
        return sum(len(options) for series in self.series for options in series)

    def cost(self, options: Sequence[SessionOption]) -> int:
        """Return the cost of a series."""
        positions = [option.position for option in options]
        gaps = sum(self.gap_cost(one, later) for one, later in pairwise(positions))
        return gaps + sum(option.cost for option in options)

    def gap_cost(self, position: int, later: int) -> int:
        """Return the cost of the gap between two positions, or 0 after a contracting session."""
        return 0 if position < self.contracting else self.gaps[self.day[later] - self.day[position]]

    @cached_property
    def next_gap_costs(self) -> list[list[int]]:
        """For each position, the gap costs to all positions that the next session can take.

        The first cost is that of the gap to position `low`, and the last that to `high - 1`.
        """
        return [
            [self.gap_cost(position, later) for later in range(low, high)]
            for position, (low, high) in enumerate(zip(self.low, self.high, strict=True))
        ]

    def end(self, option: SessionOption) -> int:
        """Return the end of a session, with its buffer, if positions are starts."""
        return option.starts[0] + self.spacing(option)

    def total_cost(self, timetable: Sequence[Sequence[SessionOption]]) -> int:
        """Return the total cost of a timetable."""
        return sum(self.cost(options) for options in timetable)

    def fits(self, options: Sequence[SessionOption]) -> bool:
        """Return whether the sessions of a day or a start fit together."""
        if len(options) == 1:
            return True
        if not self.by_day or len(options) > self.day_limit[self.day[options[0].position]]:
            return False
        return pack_day(*self.day_options(options)) is not None

    def day_options(self, options: Sequence[SessionOption]) -> DayOptions:
        """Return the starts of sessions on one day, their spacing and their order."""
        starts = tuple(option.starts for option in options)
        if not self.contracting:
            return DayOptions(starts, self.spacing_minutes)
        order = tuple(
            option.pair if option.position < self.contracting else -option.pair
            for option in options
        )
        spacing = tuple(self.spacing(option) for option in options)
        return DayOptions(starts, spacing, order if any(order) else ())

    def place(self, option: SessionOption) -> int:
        """Return the day of an option or, if positions are starts, its position."""
        return self.day[option.position] if self.by_day else option.position

    def spacing(self, option: SessionOption) -> int:
        """Return the minimum number of minutes between a session's start and the next start."""
        is_contracting = option.position < self.contracting
        return self.contracting_spacing if is_contracting else self.spacing_minutes


@dataclass(frozen=True, slots=True)
class CoachIncumbent:
    """The incumbent timetable, its cost, and a lower bound on the cost of any timetable."""

    timetable: tuple[SessionOptions, ...]
    cost: int
    bound: int

    @property
    def proven(self) -> bool:
        """Whether the incumbent is proven optimal."""
        return self.cost <= self.bound


@dataclass(frozen=True, slots=True)
class KeptTimes:
    """A coachee's earlier starts, keyed by session number, and the bonus for each one kept."""

    starts: Mapping[int, int]
    bonus: int


def build_subproblem(
    calendar: CoachCalendar,
    quality: Quality,
    placed: Mapping[int, Sequence[int]],
    kept_times: Mapping[int, KeptTimes],
) -> CoachSubproblem:
    """Build a coach's subproblem from a feasible timetable.

    `placed` contains the positions of each candidate's sessions and determines the order of
    coachees.
    """
    series = tuple(_series(calendar, quality, one, kept_times.get(one)) for one in placed)
    return CoachSubproblem(
        spacing_minutes=calendar.spacing_minutes,
        by_day=calendar.by_day,
        day=tuple(calendar.position_day),
        week=tuple(calendar.position_week),
        low=tuple(calendar.low),
        high=tuple(calendar.high),
        day_limit=calendar.day_limit,
        week_limit=calendar.week_limit if calendar.week_can_bind else {},
        gaps=quality.gap_costs,
        series=series,
        initial=tuple(
            _least_restrictive(options, positions)
            for options, positions in zip(series, placed.values(), strict=True)
        ),
        contracting=calendar.contracting,
        contracting_spacing=calendar.contracting_spacing,
    )


def starts_of_options(
    subproblem: CoachSubproblem, timetable: Sequence[Sequence[SessionOption]]
) -> list[tuple[int, ...]]:
    """Return the starts of each series, ascending, packing the sessions of each day.

    Raises:
        SolverError: the sessions of a day do not fit.
    """
    on: dict[int, list[tuple[int, SessionOption]]] = {}
    for series_index, options in enumerate(timetable):
        for option in options:
            on.setdefault(subproblem.place(option), []).append((series_index, option))
    series: list[list[int]] = [[] for _ in timetable]
    for group in on.values():
        starts = pack_day(*subproblem.day_options([option for _, option in group]))
        if starts is None:
            raise SolverError("the sessions of a day do not fit")
        for (series_index, _), start in zip(group, starts, strict=True):
            series[series_index].append(start)
    return [tuple(sorted(starts)) for starts in series]


def _series(
    calendar: CoachCalendar, quality: Quality, one: int, kept: KeptTimes | None
) -> tuple[SessionOptions, ...]:
    candidate, row, day = calendar.candidate(one), calendar.coachees[one], calendar.position_day
    own: dict[int, dict[int, int]] = {
        position: {
            start: 0
            if position < calendar.contracting
            else quality.session_cost(row, calendar.coach, (day[position], start))
            for start in starts
        }
        for position, starts in candidate.starts.items()
    }
    last, previous_day = len(candidate.chain) - 1, calendar.previous_day[one]
    numbers = []
    for place, positions in enumerate(candidate.chain):
        stays = kept.starts.get(calendar.previous_number[one] + place + 1) if kept else None
        options: list[SessionOption] = []
        for position in positions:
            cost_by_start = own[position]
            extra = quality.finish_cost(day[position]) if place == last else 0
            if place == 0 and previous_day is not None and calendar.previous_number[one]:
                extra += quality.gap_cost(day[position] - previous_day)
            if kept and stays in cost_by_start:
                cost_by_start = {**cost_by_start, stays: cost_by_start[stays] - kept.bonus}
            pair = one + 1 if calendar.opens_on_same_day else 0
            options.extend(_session_options(position, cost_by_start, extra, pair))
        numbers.append(tuple(options))
    return tuple(numbers)


def _session_options(
    position: int, cost_by_start: Mapping[int, int], extra: int, pair: int
) -> list[SessionOption]:
    """Return an option for each distinct cost, with all starts that cost no more."""
    return [
        SessionOption(
            position,
            tuple(start for start, own in cost_by_start.items() if own <= cost),
            cost + extra,
            pair,
        )
        for cost in sorted(set(cost_by_start.values()))
    ]


def _least_restrictive(
    series: Sequence[SessionOptions], positions: Sequence[int]
) -> SessionOptions:
    """Return the options with the most starts at the given positions."""
    return tuple(
        max((b for b in options if b.position == position), key=lambda b: len(b.starts))
        for options, position in zip(series, positions, strict=True)
    )


def keep_bonus(coachees: int) -> int:
    """Return a big-M constant that exceeds the total cost of any `coachees` series."""
    return MAX_QUALITY * coachees + 1
