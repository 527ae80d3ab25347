"""The engine's entry point: from roster and policy to an explained and audited result."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

from coach.cycle import Cycle
from coach.earlier_pairs import objective_levels
from coach.objective import ObjectiveLevel
from coach.people import Roster
from coach.texts.facts import Fact
from matching.coach_timetable.quality import Quality
from matching.concurrency import SINGLE_THREADED, Concurrency, ParallelMap
from matching.deadline import (
    Deadline,
    DeadlineExceededError,
    ProblemTooLargeError,
)
from matching.errors import NoUsableResultError, UnsoundResultError
from matching.explanation import SearchEffort, explain_unmatched
from matching.facts import runs as facts
from matching.facts.names import COACHEES, COACHES
from matching.instance.availability_grid import build_availability_grid
from matching.instance.earlier_pairs import expected_people
from matching.instance.partial_cycle import FixedHistory, UnderWay
from matching.instance.problem import MatchingProblem, build_problem
from matching.instance.roster_rows import kept_starts, past_session_times
from matching.progress import IsCancelled, Phase, ProgressReporter, ReportProgress
from matching.rematching.moves import explain_moves
from matching.result import Match, Result, Unmatched
from matching.result_builder import build_matches, session_uids
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.coach_state import PreviousSchedule
from matching.search.column_generation import PricingOracles
from matching.search.evaluated_problem import EvaluatedProblem
from matching.search.pins import pinned_choice
from matching.search.pipeline import PlanRequest, make_plan
from matching.search.placement_check import can_place_all
from matching.search.plan import Plan
from matching.search.search_state import ReportLevel
from matching.sound_part import require_sound

__all__ = [
    "SolveOptions",
    "UnsoundResultError",
    "solve",
]

# Share of the remaining time that is reserved for explanations and the audit.
_MIN_RESERVED_SHARE = 0.15
_MAX_RESERVED_SHARE = 0.5
# Share of the rule evaluation time that explanations and the audit are expected to repeat.
_REEVALUATED_SHARE = 0.75
# To find a first plan, a run may exceed a time limit of at least `_LEAST_SECONDS_WITH_PLAN` by up
# to `_FIRST_PLAN_EFFORT`, unless there are more than `_MAX_PAIRS_WITH_PLAN` possible pairs.
_LEAST_SECONDS_WITH_PLAN = 2.0
_MAX_PAIRS_WITH_PLAN = 1_000_000
_FIRST_PLAN_EFFORT = 6.0
# Share of the reserved time for the search for remedies; the audit gets the rest.
_REMEDY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """Options of a run.

    Attributes:
        time_limit_seconds: the time limit; `None` means no limit.
        seed: the seed of all random choices.
        explain: whether to search for remedies. If false, unmatched coachees only get a reason and
            a funnel.
    """

    time_limit_seconds: float | None = None
    seed: int = 0
    explain: bool = True


def solve(
    roster: Roster,
    cycle: Cycle,
    *,
    options: SolveOptions,
    input_sha256: str,
    clock: Callable[[], float],
    concurrency: Concurrency = SINGLE_THREADED,
    keep: Result | None = None,
    under_way: UnderWay | None = None,
    report: ReportProgress = lambda _progress: None,
    cancelled: IsCancelled = lambda: False,
    on_failed_search: Callable[[BaseException], object] = lambda _error: None,
    on_evaluated: Callable[[EvaluatedProblem], object] = lambda _problem: None,
) -> Result:
    """Match and timetable a roster under a cycle's policy, and explain the result.

    Args:
        roster: the coachees and coaches.
        cycle: the policy. Its objective levels are optimised lexicographically.
        options: time limit, seed, and whether to search for remedies.
        input_sha256: fingerprint of the input. Session uids are derived from it and the seed.
        clock: a monotonic clock, in seconds.
        concurrency: the threads to use. They do not affect the result unless the time limit ends
            the run early. Without threads, solver calls cannot be interrupted.
        keep: an earlier result, whose pairs the level `kept` counts. They keep their session uids.
        under_way: fixes the sessions of `keep` before its date, so that only later ones are
            scheduled. There is then no search for remedies.
        report: called with each progress report.
        cancelled: called frequently; the run ends once it returns true.
        on_failed_search: called with an exception that ended a coachee's search for remedies.
        on_evaluated: called with the evaluated problem, whose oracles store what the search learns.

    Raises:
        ImpossiblePinsError: a pin violates a hard rule or a capacity, or cannot be timetabled, or
            no plan with the pins attains the cross-border share.
        NoUsableResultError: the time limit passed before the engine found a result.
        CancelledError: `cancelled` returned true.
        UnsoundResultError: the result failed its audit (a bug); the error contains its sound part.
    """
    deadline = Deadline(clock, options.time_limit_seconds, cancelled, concurrency.run_interruptible)
    progress = ProgressReporter(lambda: deadline.elapsed, report)
    run = _Run(roster, cycle, options, input_sha256, keep, under_way, deadline, on_failed_search)
    evaluator, plan = _evaluate_and_plan(run, concurrency, progress, on_evaluated)
    progress.phase(Phase.EXPLAINING, facts.SEARCHING_REMEDIES())
    result = _explain(run, evaluator, plan)
    progress.phase(Phase.AUDITING, facts.AUDITING())
    require_sound(evaluator, result, keep, under_way, run.deadline.check_cancelled)
    progress.phase(Phase.DONE, _describe_result(roster, result))
    return result


@dataclass(frozen=True, slots=True)
class _Run:
    """Inputs of a run."""

    roster: Roster
    cycle: Cycle
    options: SolveOptions
    input_sha256: str
    keep: Result | None
    under_way: UnderWay | None
    deadline: Deadline
    on_failed_search: Callable[[BaseException], object]


def _evaluate_and_plan(
    run: _Run,
    concurrency: Concurrency,
    progress: ProgressReporter,
    on_evaluated: Callable[[EvaluatedProblem], object],
) -> tuple[RuleEvaluator, Plan]:
    """Evaluate the rules for all pairs and search for the best plan.

    Raises:
        NoUsableResultError: the time limit passed before the engine found a plan.
    """
    progress.phase(Phase.JUDGING, _describe_roster(run.roster))
    try:
        evaluator, problem = _evaluate(run, concurrency.parallel_map)
        progress.phase(Phase.MATCHING, facts.PAIRS(count=problem.size))
        oracles = PricingOracles(problem, run.options.seed)
        on_evaluated(EvaluatedProblem(evaluator, oracles))
        return evaluator, _make_plan(run, evaluator, oracles, progress.level)
    except DeadlineExceededError as error:
        seconds = run.options.time_limit_seconds
        raise NoUsableResultError(facts.NO_RESULT_IN_TIME(seconds=seconds)) from error


def _evaluate(run: _Run, parallel_map: ParallelMap) -> tuple[RuleEvaluator, MatchingProblem]:
    """Evaluate the rules for all pairs, and build the problem from the pairs that can meet."""
    check = run.deadline.with_grace(_grace(run)).check
    free = build_availability_grid(run.roster, run.cycle, check)
    history = FixedHistory(run.cycle, run.under_way, run.keep) if run.under_way else None
    evaluator = RuleEvaluator(RuleInputs(run.roster, run.cycle, free, history))
    problem = build_problem(
        run.roster,
        run.cycle,
        free,
        evaluator.table(check, parallel_map),
        keep=run.keep,
        on_block=check,
        parallel_map=parallel_map,
        history=history,
    )
    return evaluator, problem


def _make_plan(
    run: _Run, evaluator: RuleEvaluator, oracles: PricingOracles, report: ReportLevel
) -> Plan:
    """Search for the best plan, keeping the reserved share of the time for later phases."""
    request = PlanRequest(
        levels=objective_levels(run.roster, run.cycle),
        quality=Quality(run.roster, run.cycle),
        report=report,
        previous=PreviousSchedule(
            kept_starts(run.roster, run.keep),
            past_session_times(run.roster, evaluator.inputs.history),
        ),
    )
    deadline = run.deadline.sub_deadline(1 - _reserved_share(run.deadline))
    grace = _grace(run)
    pinned = pinned_choice(evaluator, oracles, deadline.with_grace(grace))
    return make_plan(oracles, pinned, request, deadline, grace=grace)


def _grace(run: _Run) -> float:
    """Return the effort that a first plan may take, regardless of the time limit."""
    limit = run.options.time_limit_seconds
    pairs = len(run.roster.coachees) * len(run.roster.coaches)
    is_short = limit is not None and limit < _LEAST_SECONDS_WITH_PLAN
    return 0.0 if is_short or pairs > _MAX_PAIRS_WITH_PLAN else _FIRST_PLAN_EFFORT


def _explain(run: _Run, evaluator: RuleEvaluator, plan: Plan) -> Result:
    """Build the result of a plan: matches with verdicts, unmatched coachees, and moves."""
    check = run.deadline.check_cancelled
    matches = build_matches(
        evaluator,
        plan,
        input_sha256=run.input_sha256,
        seed=run.options.seed,
        known=session_uids(run.keep),
        on_match=check,
    )
    unmatched = _explain_unmatched(run, evaluator, plan, matches)
    proven = all(one.proven for one in plan.levels if one.name is not ObjectiveLevel.SCHEDULE)
    result = Result(
        status="optimal" if proven else "feasible",
        seed=run.options.seed,
        input_sha256=run.input_sha256,
        wall_seconds=round(run.deadline.elapsed, 3),
        cut_short=run.deadline.was_exceeded,
        levels=plan.levels,
        matches=matches,
        unmatched=unmatched,
    )
    people = expected_people(run.roster, run.cycle, result)
    result = result.model_copy(update={"people": people})
    if run.keep is None:
        return result
    return result.model_copy(update={"moves": explain_moves(evaluator, run.keep, result, check)})


def _explain_unmatched(
    run: _Run, evaluator: RuleEvaluator, plan: Plan, matches: tuple[Match, ...]
) -> tuple[Unmatched, ...]:
    """Explain each unmatched coachee and, as time permits, search for remedies."""
    deadline = run.deadline.sub_deadline(_REMEDY_SHARE)

    def can_place(inputs: RuleInputs, coachees: Collection[str]) -> bool:
        try:
            return can_place_all(inputs, coachees, seed=run.options.seed, deadline=deadline)
        except ProblemTooLargeError:
            return False  # not verified, so not offered

    # Remedies change the policy, so the history of a partial cycle would no longer match it.
    searching = run.options.explain and evaluator.inputs.history is None
    return tuple(
        explain_unmatched(
            evaluator,
            matches,
            can_place,
            None if searching else SearchEffort(max_solves_total=0),
            placed_proven=plan.levels[0].proven,
            on_step=run.deadline.check_cancelled,
            has_time=lambda: deadline.remaining != 0,
            on_failure=run.on_failed_search,
        )
    )


def _reserved_share(deadline: Deadline) -> float:
    """Return the share of the remaining time to reserve for explanations and the audit."""
    if not deadline.remaining:
        return _MIN_RESERVED_SHARE
    again = _REEVALUATED_SHARE * deadline.elapsed / deadline.remaining
    return min(_MAX_RESERVED_SHARE, max(_MIN_RESERVED_SHARE, again))


def _describe_roster(roster: Roster) -> Fact:
    return facts.EVALUATING(
        coachees=COACHEES(count=len(roster.coachees)), coaches=COACHES(count=len(roster.coaches))
    )


def _describe_result(roster: Roster, result: Result) -> Fact:
    return facts.PLACED(placed=len(result.matches), count=len(roster.coachees))
