"""The engine's front door: one call from people and policy to a proven, explained result."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from coach.cycle import Cycle, ObjectiveLevel
from coach.people import Roster
from coach.plural import pluralise
from matching.auditor import audit
from matching.coach_timetable.quality import Quality
from matching.deadline import Deadline, DeadlineExceededError, SolverError
from matching.errors import ImpossiblePinsError, NoUsableResultError
from matching.explanation import SearchEffort, explain_unmatched
from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory, UnderWay
from matching.instance.problem import build_problem, kept_starts, past_session_times, row_by_id
from matching.progress import IsCancelled, Phase, Progress, ReportProgress
from matching.rematching.moves import explain_moves
from matching.result import Result
from matching.result_builder import build_matches, session_uids
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import PricingOracles
from matching.search.pins import pinned_choice
from matching.search.pipeline import PlanRequest, make_plan
from matching.search.search_state import SearchState
from matching.search.timetable_optimisation import PreviousSchedule
from matching.search.worker_pool import WorkerPool
from matching.thread_pool import thread_map

__all__ = [
    "SolveOptions",
    "UnsoundResultError",
    "can_place_all",
    "solve",
]

_MIN_RESERVED_SHARE = 0.15  # share of a time limit kept for explaining and auditing, at least
_MAX_RESERVED_SHARE = 0.5
_REEVALUATED_SHARE = (
    0.75  # of the time judging took: explaining and auditing judge much of it again
)
_REMEDY_SHARE = 0.5  # share of what is kept; the audit has the other half


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve: a limit in seconds (`None`: until proven), parallel workers, and the seed.

    `explain` looks for remedies of the unmatched; without it only their funnels are told.
    """

    time_limit_seconds: float | None = None
    workers: int = 1
    seed: int = 0
    explain: bool = True


class UnsoundResultError(SolverError):
    """The audit found the engine's own result at fault; nothing of it is returned."""


def solve(
    roster: Roster,
    cycle: Cycle,
    *,
    options: SolveOptions,
    input_sha256: str,
    clock: Callable[[], float],
    keep: Result | None = None,
    under_way: UnderWay | None = None,
    report: ReportProgress = lambda _progress: None,
    cancelled: IsCancelled = lambda: False,
) -> Result:
    """Match and timetable `roster` under the policy of `cycle`, level by level, and explain it.

    `clock` is a monotonic clock in seconds. `keep` is an earlier result whose pairs level `kept`
    counts and whose session uids stay with pairs that stay. With `under_way` its sessions before
    that day stand as they were, and only what is still owed is placed.

    Raises:
        ImpossiblePinsError: a pin breaks a hard rule, a capacity, or cannot be timetabled.
        NoUsableResultError: the limit came first.
        CancelledError: `cancelled` answered true.
        UnsoundResultError: the result did not pass its audit; a fault of the engine.
    """
    limit = options.time_limit_seconds
    deadline = Deadline(clock, limit, cancelled)
    report_phase = _ProgressReporter(deadline, report)
    report_phase(Phase.JUDGING, f"judging {_describe_roster(roster)}")
    try:
        free = build_availability_grid(roster, cycle, deadline.check)
        history = FixedHistory(cycle, under_way, keep) if under_way else None
        evaluator = RuleEvaluator(RuleInputs(roster, cycle, free, history))
        parallel_map = thread_map(options.workers)
        eligible = evaluator.table(deadline.check, parallel_map)
        problem = build_problem(
            roster,
            cycle,
            free,
            eligible,
            keep=keep,
            on_block=deadline.check,
            parallel_map=parallel_map,
            history=history,
        )
        request = PlanRequest(
            levels=cycle.objective.levels,
            quality=Quality(roster, cycle),
            report=report_phase.level,
            previous=PreviousSchedule(
                kept_starts(roster, keep), past_session_times(roster, history)
            ),
        )
        report_phase(Phase.MATCHING, _describe_pairs(problem.size))
        solve_deadline = deadline.sub_deadline(1 - _reserved_share(deadline))
        with closing(WorkerPool(options.workers, problem, options.seed)) as worker_pool:
            oracles = PricingOracles(problem, options.seed, worker_pool)
            plan = make_plan(
                oracles, pinned_choice(evaluator, oracles, solve_deadline), request, solve_deadline
            )
    except DeadlineExceededError as error:
        raise NoUsableResultError(
            f"the time limit of {limit:g} s passed before any usable result; allow more time"
        ) from error
    report_phase(Phase.EXPLAINING, "looking for remedies")
    built_matches = build_matches(
        evaluator,
        plan,
        input_sha256=input_sha256,
        seed=options.seed,
        known=session_uids(keep),
        on_match=deadline.check_cancelled,
    )

    remedy_deadline = deadline.sub_deadline(_REMEDY_SHARE)

    def can_place(inputs: RuleInputs, coachees: Collection[str]) -> bool:
        try:
            return can_place_all(inputs, coachees, options=options, deadline=remedy_deadline)
        except DeadlineExceededError:
            return False  # not verified in time, so not told

    # Remedies are tried on changed policies, which know nothing of what lies behind.
    effort = None if options.explain and history is None else SearchEffort(max_solves_total=0)
    placed_proven = plan.levels[0].proven
    unmatched = tuple(
        explain_unmatched(
            evaluator,
            built_matches,
            can_place,
            effort,
            placed_proven=placed_proven,
            on_step=deadline.check_cancelled,
            has_time=lambda: remedy_deadline.remaining != 0,
        )
    )
    proven = all(one.proven for one in plan.levels if one.name is not ObjectiveLevel.SCHEDULE)
    result = Result(
        status="optimal" if proven else "feasible",
        seed=options.seed,
        input_sha256=input_sha256,
        wall_seconds=round(deadline.elapsed, 3),
        levels=plan.levels,
        matches=built_matches,
        unmatched=unmatched,
    )
    if keep is not None:
        result = result.model_copy(
            update={"moves": explain_moves(evaluator, keep, result, deadline.check_cancelled)}
        )
    report_phase(Phase.AUDITING, "auditing the result")
    findings = audit(roster, cycle, result, keep, under_way, on_step=deadline.check_cancelled)
    if findings:
        raise UnsoundResultError("; ".join(map(str, findings)))
    report_phase(
        Phase.DONE, f"{len(built_matches)} of {pluralise(len(roster.coachees), 'coachee')} placed"
    )
    return result


def can_place_all(
    inputs: RuleInputs, coachees: Collection[str], *, options: SolveOptions, deadline: Deadline
) -> bool:
    """Whether some plan that breaks nothing places at least these coachees.

    Raises:
        DeadlineExceededError: the limit passed before that was decided.
        CancelledError: somebody asked to stop.
    """
    roster, evaluator = inputs.roster, RuleEvaluator(inputs)
    problem = build_problem(
        roster, inputs.cycle, inputs.availability_grid, evaluator.table(), history=inputs.history
    )
    oracles = PricingOracles(problem, options.seed)
    try:
        pinned_choice(evaluator, oracles, deadline)
    except ImpossiblePinsError:
        return False
    row = row_by_id(roster.coachees)
    must_place = np.zeros(len(roster.coachees), dtype=np.bool_)
    must_place[[row[coachee] for coachee in coachees]] = True
    state = SearchState(oracles, deadline, lambda _level, _value, _bound: None, must_place)
    return state.find_feasible_choice(state.allowed) is not None


def _reserved_share(deadline: Deadline) -> float:
    """What is kept of the time that is left once everybody is judged."""
    if not deadline.remaining:
        return _MIN_RESERVED_SHARE
    again = _REEVALUATED_SHARE * deadline.elapsed / deadline.remaining
    return min(_MAX_RESERVED_SHARE, max(_MIN_RESERVED_SHARE, again))


def _describe_roster(roster: Roster) -> str:
    coachees = pluralise(len(roster.coachees), "coachee")
    return f"{coachees} beside {pluralise(len(roster.coaches), 'coach', 'coaches')}"


def _describe_pairs(number: int) -> str:
    return (
        f"{pluralise(number, 'pair')} {'passes' if number == 1 else 'pass'} the rules and can meet"
    )


class _ProgressReporter:
    """Reports progress with the time."""

    def __init__(self, deadline: Deadline, report: ReportProgress) -> None:
        self._deadline = deadline
        self._report = report

    def __call__(self, phase: Phase, message: str) -> None:
        self._report(Progress(phase=phase, elapsed_seconds=self._deadline.elapsed, message=message))

    def level(self, level: ObjectiveLevel, value: int | None, bound: int | None) -> None:
        """Report the level in work."""
        timetabling = level is ObjectiveLevel.SCHEDULE
        self._report(
            Progress(
                phase=Phase.TIMETABLING if timetabling else Phase.MATCHING,
                level=level,
                value=value,
                bound=bound,
                elapsed_seconds=self._deadline.elapsed,
                message=f"{level}: {value} of at most {bound}",
            )
        )
