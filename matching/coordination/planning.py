"""From a problem to a plan: a first choice, the levels in their order, and the timetable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from coach.cycle import ObjectiveLevel
from matching.coordination.branch_and_price import Choice, Desk
from matching.coordination.course import Course, Report
from matching.coordination.first_choice import first_choice
from matching.coordination.levels import run_levels
from matching.coordination.plan import Plan
from matching.problem import Pair
from matching.result import LevelOutcome
from matching.timetable.calendar import Series
from matching.timetable.improvement import BestSeries, improve
from matching.timetable.model import times
from matching.timetable.quality import WHOLE, Quality
from matching.watch import OutOfTimeError, Watch


@dataclass(frozen=True, eq=False)
class Order:
    """What a plan is asked to reach.

    Attributes:
        levels: in their order.
        quality: what a good series is.
        report: whom to tell of progress.
        kept: starts of earlier sessions that should stay, by pair.
    """

    levels: Sequence[ObjectiveLevel]
    quality: Quality
    report: Report
    kept: Mapping[Pair, frozenset[int]] = field(default_factory=dict)


def make_plan(desk: Desk, pinned: Choice, order: Order, watch: Watch) -> Plan:
    """The best plan for the levels of `order`, or the best that time allows.

    `pinned` is a choice that breaks nothing and holds all pins.
    """
    first = first_choice(desk, pinned, watch)
    reached = run_levels(Course(desk, watch, order.report), order.levels, first)
    timing = _Timing(desk, reached.choice, order, watch)
    outcomes = list(reached.levels)
    if ObjectiveLevel.SCHEDULE in order.levels:
        outcomes.append(timing.improve())
    problem, choice = desk.problem, reached.choice
    return Plan(
        coachee=problem.coachee[choice],
        coach=problem.coach[choice],
        points=problem.points[choice],
        series=timing.series(),
        levels=tuple(outcomes),
    )


class _Timing:
    """The sessions of chosen pairs, coach by coach."""

    def __init__(self, desk: Desk, choice: Choice, order: Order, watch: Watch) -> None:
        self._desk = desk
        self._choice = choice
        self._order = order
        self._watch = watch
        self._loads = desk.loads(choice)
        self._placed = {
            coach: desk.oracle(coach).positions(desk.local(coach, pairs), watch)
            for coach, pairs in self._loads.items()
        }

    def improve(self) -> LevelOutcome:
        """Better every coach's series while time lasts; the bound is what each reaches alone."""
        quality = self._order.quality
        value = sum(self._points(coach) for coach in self._loads)
        bound = WHOLE * len(self._choice)
        self._order.report(ObjectiveLevel.SCHEDULE, value, bound)
        with suppress(OutOfTimeError):  # the series that are there stay, with the bound so far
            for coach, placed in self._placed.items():
                calendar, wishes = self._desk.oracle(coach).calendar, self._wishes(coach)
                plain = BestSeries(calendar, quality, {})
                series = BestSeries(calendar, quality, wishes) if wishes else plain
                bound -= sum(plain.alone(one) for one in placed)
                self._placed[coach] = improve(calendar, placed, series, self._watch)
        value = sum(self._points(coach) for coach in self._loads)
        self._order.report(ObjectiveLevel.SCHEDULE, value, bound)
        return LevelOutcome(
            name=ObjectiveLevel.SCHEDULE, value=value, bound=bound, proven=value == bound
        )

    def series(self) -> tuple[Series, ...]:
        """The starts of every chosen pair."""
        timetables = {
            coach: times(self._desk.oracle(coach).calendar, placed, self._wishes(coach))
            for coach, placed in self._placed.items()
        }
        coaches = self._desk.problem.coach[self._choice].tolist()
        return tuple(
            timetables[coach][self._local(coach, pair)]
            for pair, coach in zip(self._choice.tolist(), coaches, strict=True)
        )

    def _points(self, coach: int) -> int:
        calendar = self._desk.oracle(coach).calendar
        return sum(
            self._order.quality.of(
                calendar.coachees[one], coach, [calendar.position_day[p] for p in positions]
            )
            for one, positions in self._placed[coach].items()
        )

    def _wishes(self, coach: int) -> dict[int, frozenset[int]]:
        coachees = self._desk.problem.coachee
        kept = self._order.kept
        return {
            self._local(coach, pair): kept[int(coachees[pair]), coach]
            for pair in self._loads[coach]
            if (int(coachees[pair]), coach) in kept
        }

    def _local(self, coach: int, pair: int) -> int:
        return self._desk.local(coach, [pair]).bit_length() - 1
