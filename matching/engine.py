"""The engine's front door: one call from people and policy to a proven, explained result."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass

import numpy as np

from coach.cycle import Cycle, ObjectiveLevel
from coach.people import Roster
from coach.plural import counted
from matching.auditor import audit
from matching.coach_timetable.quality import Quality
from matching.deadline import OutOfTimeError, SolverFaultError, Watch
from matching.errors import ImpossiblePinsError, NoUsableResultError
from matching.explanation import Effort, explain_unmatched
from matching.instance.availability_grid import free_time
from matching.instance.partial_cycle import Behind, UnderWay
from matching.instance.problem import build_problem, kept_starts, past_moments, rows
from matching.progress import IsCancelled, Phase, Progress, ReportProgress
from matching.rematching.moves import moves
from matching.result import Result
from matching.result_builder import matches, uids_of
from matching.rules import Facts
from matching.rules.evaluation import Judges
from matching.search.branch_and_price import Desk
from matching.search.pins import pinned_choice
from matching.search.pipeline import Order, make_plan
from matching.search.search_state import Course
from matching.search.timetable_optimisation import Earlier
from matching.search.worker_pool import Crew
from matching.thread_pool import threads

__all__ = [
    "SolveOptions",
    "UnsoundResultError",
    "place_all",
    "solve",
]

_TIME_FOR_THE_REST = 0.15  # share of a time limit kept for explaining and auditing, at least
_MOST_FOR_THE_REST = 0.5
_JUDGED_AGAIN = 0.75  # of the time judging took: explaining and auditing judge much of it again
_TIME_FOR_REMEDIES = 0.5  # share of what is kept; the audit has the other half


@dataclass(frozen=True, slots=True)
class SolveOptions:
    """How to solve: a limit in seconds (`None`: until proven), parallel workers, and the seed.

    `explain` looks for remedies of the unmatched; without it only their funnels are told.
    """

    time_limit_seconds: float | None = None
    workers: int = 1
    seed: int = 0
    explain: bool = True


class UnsoundResultError(SolverFaultError):
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
    watch = Watch(clock, limit, cancelled)
    tell = _Teller(watch, report)
    tell(Phase.JUDGING, f"judging {_beside(roster)}")
    try:
        free = free_time(roster, cycle, watch.check)
        behind = Behind(cycle, under_way, keep) if under_way else None
        judges = Judges(Facts(roster, cycle, free, behind))
        spread = threads(options.workers)
        eligible = judges.table(watch.check, spread)
        problem = build_problem(
            roster,
            cycle,
            free,
            eligible,
            keep=keep,
            each_block=watch.check,
            spread=spread,
            behind=behind,
        )
        order = Order(
            levels=cycle.objective.levels,
            quality=Quality(roster, cycle),
            report=tell.level,
            earlier=Earlier(kept_starts(roster, keep), past_moments(roster, behind)),
        )
        tell(Phase.MATCHING, _open_pairs(problem.size))
        solving = watch.part(1 - _share_for_the_rest(watch))
        with closing(Crew(options.workers, problem, options.seed)) as crew:
            desk = Desk(problem, options.seed, crew)
            plan = make_plan(desk, pinned_choice(judges, desk, solving), order, solving)
    except OutOfTimeError as error:
        raise NoUsableResultError(
            f"the time limit of {limit:g} s passed before any usable result; allow more time"
        ) from error
    tell(Phase.EXPLAINING, "looking for remedies")
    told = matches(
        judges,
        plan,
        input_sha256=input_sha256,
        seed=options.seed,
        known=uids_of(keep),
        each_match=watch.check_cancelled,
    )

    remedying = watch.part(_TIME_FOR_REMEDIES)

    def can_place(facts: Facts, coachees: Collection[str]) -> bool:
        try:
            return place_all(facts, coachees, options=options, watch=remedying)
        except OutOfTimeError:
            return False  # not verified in time, so not told

    # Remedies are tried on changed policies, which know nothing of what lies behind.
    effort = None if options.explain and behind is None else Effort(tries_in_all=0)
    certain = plan.levels[0].proven
    unmatched = tuple(
        explain_unmatched(
            judges,
            told,
            can_place,
            effort,
            certain=certain,
            each_step=watch.check_cancelled,
            in_time=lambda: remedying.left != 0,
        )
    )
    proven = all(one.proven for one in plan.levels if one.name is not ObjectiveLevel.SCHEDULE)
    result = Result(
        status="optimal" if proven else "feasible",
        seed=options.seed,
        input_sha256=input_sha256,
        wall_seconds=round(watch.elapsed, 3),
        levels=plan.levels,
        matches=told,
        unmatched=unmatched,
    )
    if keep is not None:
        result = result.model_copy(
            update={"moves": moves(judges, keep, result, watch.check_cancelled)}
        )
    tell(Phase.AUDITING, "auditing the result")
    findings = audit(roster, cycle, result, keep, under_way, each_step=watch.check_cancelled)
    if findings:
        raise UnsoundResultError("; ".join(map(str, findings)))
    tell(Phase.DONE, f"{len(told)} of {counted(len(roster.coachees), 'coachee')} placed")
    return result


def place_all(
    facts: Facts, coachees: Collection[str], *, options: SolveOptions, watch: Watch
) -> bool:
    """Whether some plan that breaks nothing places at least these coachees.

    Raises:
        OutOfTimeError: the limit passed before that was decided.
        CancelledError: somebody asked to stop.
    """
    roster, judges = facts.roster, Judges(facts)
    problem = build_problem(
        roster, facts.cycle, facts.free_time, judges.table(), behind=facts.behind
    )
    desk = Desk(problem, options.seed)
    try:
        pinned_choice(judges, desk, watch)
    except ImpossiblePinsError:
        return False
    row = rows(roster.coachees)
    must = np.zeros(len(roster.coachees), dtype=np.bool_)
    must[[row[coachee] for coachee in coachees]] = True
    course = Course(desk, watch, lambda _level, _value, _bound: None, must)
    return course.any_choice(course.allowed) is not None


def _share_for_the_rest(watch: Watch) -> float:
    """What is kept of the time that is left once everybody is judged."""
    if not watch.left:
        return _TIME_FOR_THE_REST
    again = _JUDGED_AGAIN * watch.elapsed / watch.left
    return min(_MOST_FOR_THE_REST, max(_TIME_FOR_THE_REST, again))


def _beside(roster: Roster) -> str:
    coachees = counted(len(roster.coachees), "coachee")
    return f"{coachees} beside {counted(len(roster.coaches), 'coach', 'coaches')}"


def _open_pairs(number: int) -> str:
    return f"{counted(number, 'pair')} {'passes' if number == 1 else 'pass'} the rules and can meet"


class _Teller:
    """Reports progress with the time."""

    def __init__(self, watch: Watch, report: ReportProgress) -> None:
        self._watch = watch
        self._report = report

    def __call__(self, phase: Phase, message: str) -> None:
        self._report(Progress(phase=phase, elapsed_seconds=self._watch.elapsed, message=message))

    def level(self, level: ObjectiveLevel, value: int | None, bound: int | None) -> None:
        """Report the level in work."""
        timetabling = level is ObjectiveLevel.SCHEDULE
        self._report(
            Progress(
                phase=Phase.TIMETABLING if timetabling else Phase.MATCHING,
                level=level,
                value=value,
                bound=bound,
                elapsed_seconds=self._watch.elapsed,
                message=f"{level}: {value} of at most {bound}",
            )
        )
