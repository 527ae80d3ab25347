"""From a problem to a plan: construction, lexicographic levels, timetable optimisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.cycle import ObjectiveLevel
from matching.coach_timetable.quality import Quality
from matching.deadline import Deadline
from matching.search.column_generation import Choice, PricingOracles
from matching.search.construction_heuristic import construct_choice
from matching.search.levels import run_levels
from matching.search.plan import Plan
from matching.search.search_state import ReportLevel, SearchState
from matching.search.timetable_optimisation import PreviousSchedule, TimetableOptimisation


@dataclass(frozen=True, eq=False)
class PlanRequest:
    """What a plan should achieve.

    Attributes:
        levels: the levels to optimise, most important first.
        quality: the scoring of series.
        report: called with the progress of each level.
        previous: sessions and starts that pairs already have.
    """

    levels: Sequence[ObjectiveLevel]
    quality: Quality
    report: ReportLevel
    previous: PreviousSchedule = field(default_factory=PreviousSchedule)


def make_plan(
    oracles: PricingOracles, pinned: Choice, request: PlanRequest, deadline: Deadline
) -> Plan:
    """Return the best plan for the levels in `request`, or the best one found in time.

    `pinned` is a feasible choice with all pinned pairs.

    Raises:
        CancelledError: the run was cancelled.
        DeadlineExceededError: the limit passed before any plan was found.
    """
    first = construct_choice(oracles, pinned, deadline)
    reached = run_levels(SearchState(oracles, deadline, request.report), request.levels, first)
    optimisation = TimetableOptimisation(
        oracles, reached.choice, request.quality, request.previous, deadline
    )
    outcomes = list(reached.levels)
    wanted = ObjectiveLevel.SCHEDULE in request.levels
    if wanted or request.previous.starts:
        outcome = optimisation.improve(request.report)
        outcomes += [outcome] if wanted else []
    problem, choice = oracles.problem, reached.choice
    return Plan(
        coachee=problem.coachee[choice],
        coach=problem.coach[choice],
        points=problem.points[choice],
        series=optimisation.series(),
        levels=tuple(outcomes),
    )
