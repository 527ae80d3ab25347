"""From a problem to a plan: a first choice, the levels in their order, and the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.cycle import ObjectiveLevel
from matching.coach_timetable.quality import Quality
from matching.deadline import Watch
from matching.search.branch_and_price import Choice, Desk
from matching.search.construction_heuristic import first_choice
from matching.search.levels import run_levels
from matching.search.plan import Plan
from matching.search.search_state import Course, Report
from matching.search.timetable_optimisation import Earlier, Timing


@dataclass(frozen=True, eq=False)
class Order:
    """What a plan is asked to reach.

    Attributes:
        levels: in their order.
        quality: what a good series is.
        report: whom to tell of progress.
        earlier: what pairs had before.
    """

    levels: Sequence[ObjectiveLevel]
    quality: Quality
    report: Report
    earlier: Earlier = field(default_factory=Earlier)


def make_plan(desk: Desk, pinned: Choice, order: Order, watch: Watch) -> Plan:
    """The best plan for the levels of `order`, or the best that time allows.

    `pinned` is a choice that breaks nothing and holds all pins.
    """
    first = first_choice(desk, pinned, watch)
    reached = run_levels(Course(desk, watch, order.report), order.levels, first)
    timing = Timing(desk, reached.choice, order.quality, order.earlier, watch)
    outcomes = list(reached.levels)
    wanted = ObjectiveLevel.SCHEDULE in order.levels
    if wanted or order.earlier.starts:
        outcome = timing.improve(order.report)
        outcomes += [outcome] if wanted else []
    problem, choice = desk.problem, reached.choice
    return Plan(
        coachee=problem.coachee[choice],
        coach=problem.coach[choice],
        points=problem.points[choice],
        series=timing.series(),
        levels=tuple(outcomes),
    )
