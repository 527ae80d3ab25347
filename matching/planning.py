"""From a problem to a plan: a first choice, the levels in their order, and the timetable."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from coach.cycle import ObjectiveLevel
from matching.coordination import Choice, Desk
from matching.course import Course, Report
from matching.first_choice import first_choice
from matching.levels import Reached, run_levels
from matching.plan import Plan
from matching.result import LevelOutcome
from matching.watch import Watch


@dataclass(frozen=True, eq=False)
class Order:
    """What a plan is asked to reach: the levels in their order, and whom to tell of progress."""

    levels: Sequence[ObjectiveLevel]
    report: Report


def make_plan(desk: Desk, pinned: Choice, order: Order, watch: Watch) -> Plan:
    """The best plan for the levels of `order`, or the best that time allows.

    `pinned` is a choice that breaks nothing and holds all pins.
    """
    first = first_choice(desk, pinned, watch)
    course = Course(desk, watch, order.report)
    reached = run_levels(course, order.levels, first)
    return _timetable(desk, reached, order, watch)


def _timetable(desk: Desk, reached: Reached, order: Order, watch: Watch) -> Plan:
    problem = desk.problem
    choice = reached.choice
    timetables = desk.timetables(choice, watch)
    series = []
    for pair, coach in zip(choice.tolist(), problem.coach[choice].tolist(), strict=True):
        series.append(timetables[coach][desk.local(coach, [pair]).bit_length() - 1])
    outcomes = list(reached.levels)
    if ObjectiveLevel.SCHEDULE in order.levels:
        outcomes.append(
            LevelOutcome(
                name=ObjectiveLevel.SCHEDULE,
                value=0,
                bound=100 * len(choice),
                proven=not len(choice),
            )
        )
    return Plan(
        coachee=problem.coachee[choice],
        coach=problem.coach[choice],
        points=problem.points[choice],
        series=tuple(series),
        levels=tuple(outcomes),
    )


def nobody() -> Choice:
    """The choice of no pair."""
    return np.zeros(0, dtype=np.int64)
