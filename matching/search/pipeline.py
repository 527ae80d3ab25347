"""The search pipeline: construction heuristic, lexicographic levels, timetable optimisation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from coach.objective import ObjectiveLevel
from matching.coach_timetable.quality import Quality
from matching.deadline import Deadline
from matching.search.coach_state import PreviousSchedule
from matching.search.column_generation import Choice, PricingOracles
from matching.search.construction_heuristic import construct_choice
from matching.search.levels import run_levels
from matching.search.plan import Plan
from matching.search.search_state import ReportLevel, SearchState
from matching.search.timetable_optimisation import TimetableOptimisation

_FIRST_LEVEL_SHARE = 0.25  # share of the first plan's grace that the most important level gets
_TIMETABLE_SHARE = 0.12  # share of the time that is reserved for the timetables


@dataclass(frozen=True, eq=False)
class PlanRequest:
    """The objective of a search.

    Attributes:
        levels: the levels to optimise, most important first.
        quality: scores the sessions of a pair.
        report: called with the progress of each level.
        previous: past sessions and earlier starts of the pairs.
    """

    levels: Sequence[ObjectiveLevel]
    quality: Quality
    report: ReportLevel
    previous: PreviousSchedule = field(default_factory=PreviousSchedule)


def make_plan(
    oracles: PricingOracles,
    pinned: Choice,
    request: PlanRequest,
    deadline: Deadline,
    *,
    grace: float = 0.0,
) -> Plan:
    """Return the optimal plan for a request, or the best plan found in time.

    `pinned` must be a feasible choice that contains all pinned pairs. If the time limit passes
    before there is a first plan, up to `grace` more effort is allowed.

    Raises:
        CancelledError: the run was cancelled.
        DeadlineExceededError: the limit passed before a plan was found.
    """
    first = construct_choice(oracles, pinned, deadline.with_grace(grace))
    oracles.tighten_capacities()
    search_deadline = deadline.sub_deadline(1 - _TIMETABLE_SHARE)
    state = SearchState(oracles, search_deadline, request.report)
    state.grace = _FIRST_LEVEL_SHARE * grace
    solved = run_levels(state, request.levels, first)
    optimisation = TimetableOptimisation(
        oracles, solved.choice, request.quality, request.previous, deadline
    )
    outcomes = list(solved.levels)
    wanted = ObjectiveLevel.SCHEDULE in request.levels
    if wanted or request.previous.starts:
        outcome = optimisation.improve(request.report)
        outcomes += [outcome] if wanted else []
    problem, choice = oracles.problem, solved.choice
    return Plan(
        coachee=problem.coachee[choice],
        coach=problem.coach[choice],
        points=problem.points[choice],
        series=optimisation.series(),
        levels=tuple(outcomes),
    )
