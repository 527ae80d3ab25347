"""The engine at four sizes: a region, a tight cycle, a mission, and the entire field."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
from ortools.sat.python import cp_model

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.assignment.min_cost_flow import solve_flow
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.model import TimetableModel
from matching.engine import SolveOptions
from matching.instance.availability_grid import build_availability_grid
from matching.progress import Progress
from matching.result import Result
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import PricingOracles
from tests.bench.figures import Figure, peak_mebibytes
from tests.bench.instances import FIELD_WIDE, REGION, TIGHT, UN_WIDE, InstanceClass, instance
from tests.bench.solving import require_sound, solved
from tests.matching.problem import problem_of

GIBIBYTES = 1024
ONE_MODEL_SECONDS = 60.0


@dataclass
class Run:
    """A run, with the seconds from its start until each level was decided."""

    roster: Roster
    cycle: Cycle
    result: Result
    seconds: float
    decided: dict[ObjectiveLevel, float] = field(default_factory=dict)

    def level(self, name: ObjectiveLevel) -> str:
        """Return the value and bound of a level as text."""
        level = next(one for one in self.result.levels if one.name is name)
        if level.proven:
            return f"{level.value:,} proven"
        return f"{level.value:,}, bound {level.bound:,} ({1 - level.value / level.bound:.2%} gap)"


def engine_figures() -> Iterator[Figure]:
    """Yield figures for each class, compared with other methods on the same pairs."""
    yield from _levels(_run(REGION, 1), "a region, 60 x 25", 5, 5)
    yield from _tight()
    yield from _un_wide()
    yield from _field_wide()


def _run(shape: InstanceClass, seed: int) -> Run:
    roster, cycle = instance(shape, seed)
    run = Run(roster, cycle, None, 0.0)  # type: ignore[arg-type] # set below

    def record(progress: Progress) -> None:
        if progress.level and progress.value == progress.bound:
            run.decided.setdefault(progress.level, progress.elapsed_seconds)

    options = SolveOptions(explain=False)
    run.result, run.seconds = solved(roster, cycle, options, report=record)
    require_sound(roster, cycle, run.result)
    return run


def _levels(run: Run, name: str, placed_within: float, all_within: float) -> Iterator[Figure]:
    placed = run.decided.get(ObjectiveLevel.PLACED, run.seconds)
    total = run.decided.get(ObjectiveLevel.TOTAL, run.seconds)
    proven = run.result.status == "optimal"
    yield Figure(
        f"{name}: level `placed`",
        f"{placed:.1f} s, {run.level(ObjectiveLevel.PLACED)}",
        f"proven in under {placed_within:g} s",
        placed < placed_within and ObjectiveLevel.PLACED in run.decided,
        _compare_with_flow(run, placed),
    )
    yield Figure(
        f"{name}: all levels but `schedule`",
        f"{total:.1f} s; total {run.level(ObjectiveLevel.TOTAL)}; "
        f"schedule {run.level(ObjectiveLevel.SCHEDULE)}",
        f"proven in under {all_within:g} s",
        total < all_within and proven,
    )


def _compare_with_flow(run: Run, seconds: float) -> str:
    """Return a comparison with plain min-cost flow, which ignores sessions, on the same pairs."""
    problem = problem_of(run.roster, run.cycle)
    pairs = np.arange(problem.size)
    started = time.perf_counter()
    flow = solve_flow(problem, pairs, problem.points)
    floor = time.perf_counter() - started
    return (
        f"{seconds / floor:.0f} x plain flow ({floor:.2f} s, {len(flow.choice):,} without sessions)"
    )


def _tight() -> Iterator[Figure]:
    for seed in (1, 2, 3):
        run = _run(TIGHT, seed)
        yield from _levels(run, f"tight, 300 x 80, seed {seed}", 15, 60)
        if seed == 1:
            yield _one_model(run)


def _one_model(run: Run) -> Figure:
    """Solve the assignment and all timetables as a single CP-SAT model."""
    problem = problem_of(run.roster, run.cycle)
    oracles = PricingOracles(problem, 0)
    model = cp_model.CpModel()
    taken: dict[int, list[cp_model.IntVar]] = {}
    for coach, pairs in enumerate(problem.by_coach):
        if not len(pairs):
            continue
        calendar: CoachCalendar = oracles.oracle(coach).calendar
        part = TimetableModel(calendar, range(len(pairs)), required=False, model=model)
        for local, pair in enumerate(pairs.tolist()):
            taken.setdefault(int(problem.coachee[pair]), []).append(part.present[local])
    for terms in taken.values():
        model.add_at_most_one(terms)
    model.maximize(sum(term for terms in taken.values() for term in terms))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.linearization_level = 2
    solver.parameters.max_time_in_seconds = ONE_MODEL_SECONDS
    started = time.perf_counter()
    solver.solve(model)
    seconds = time.perf_counter() - started
    ours = run.decided[ObjectiveLevel.PLACED]
    return Figure(
        "tight, seed 1, `placed` as one CP-SAT model, 2 workers",
        f"{solver.objective_value:.0f}, bound {solver.best_objective_bound:.0f} in {seconds:.0f} s",
        comparison=f"{seconds / ours:.0f} x our time to the proof ({ours:.1f} s)",
    )


def _un_wide() -> Iterator[Figure]:
    yield from _levels(_run(UN_WIDE, 1), "UN-wide, 1,200 x 400", 20, 120)


def _field_wide() -> Iterator[Figure]:
    run = _run(FIELD_WIDE, 1)
    memory = peak_mebibytes() / GIBIBYTES
    total = next(one for one in run.result.levels if one.name is ObjectiveLevel.TOTAL)
    placed = run.result.levels[0]
    free = build_availability_grid(run.roster, run.cycle)
    pairs = len(RuleEvaluator(RuleInputs(run.roster, run.cycle, free)).table().coachee)
    yield Figure(
        f"field-wide, 10,000 x 2,000, {pairs:,} pairs pass the rules",
        f"{run.seconds:.0f} s, {memory:.1f} GiB, {run.level(ObjectiveLevel.PLACED)} placed, "
        f"total {run.level(ObjectiveLevel.TOTAL)}; schedule {run.level(ObjectiveLevel.SCHEDULE)}",
        "placed proven, total within 1 %, under 180 s and 4 GiB",
        placed.proven and total.value >= 0.99 * total.bound and run.seconds < 180 and memory < 4,
        _compare_with_flow(run, run.seconds),
    )
