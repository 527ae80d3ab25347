"""The `schedule` level compared with brute force over timetables, evaluated by the auditor."""

from __future__ import annotations

import pickle
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from functools import cache
from random import Random

import pytest

from coach.availability import DateRange, WeeklyWindow, epoch_minute
from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Coach, Coachee, Roster
from coach.sessions import Session
from matching.auditor import audit
from matching.auditor.context import AuditContext
from matching.auditor.series_quality import series_points
from matching.coach_timetable.best_timetable import best_timetable, improve_by_local_search
from matching.coach_timetable.quality import MAX_QUALITY, Quality
from matching.coach_timetable.subproblem import (
    CoachSubproblem,
    SessionOptions,
    build_subproblem,
    starts_of_options,
)
from matching.deadline import Deadline
from matching.engine import SolveOptions, solve
from matching.result import Match, Result
from matching.search.column_generation import PricingOracles
from tests.bench.instances import TIGHT, instance
from tests.matching.crowded import START, crowded
from tests.matching.planner import ends
from tests.matching.problem import problem_of
from tests.matching.reference import common_starts, series_holds
from tests.seeds import seeds

MOST = 60_000  # timetables enumerated per coach
Series = tuple[datetime, ...]


def with_quality(random: Random) -> tuple[Roster, Cycle]:
    """Return a crowded roster, and a policy under which every kind of fault occurs."""
    roster, cycle = crowded(random)
    own = {roster.coachees[0].id: (WeeklyWindow(0, 600, 690), WeeklyWindow(2, 570, 720))}
    timetable = {
        "rhythm": random.choice([0, 40]),
        "finish": random.choice([0, 20]),
        "leave": random.choice([0, 19]),
        "slack_days": random.choice([3, 14]),
        "hours": 20,
        "preferred": tuple(WeeklyWindow(day, 540, 630) for day in range(5)),
        "preferred_by": random.choice([{}, own]),
    }
    data = cycle.model_dump() | {"timetable": timetable, "pins": {}}
    return roster, Cycle.model_validate(data)


def solved(roster: Roster, cycle: Cycle, keep: Result | None = None) -> Result:
    return solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=time.monotonic,
        keep=keep,
    )


def all_series(coachee: Coachee, coach: Coach, cycle: Cycle) -> Iterator[Series]:
    starts = common_starts(coachee, coach, cycle)

    def extend(series: Series) -> Iterator[Series]:
        if len(series) == cycle.sessions.count:
            yield series
            return
        for start in starts:
            later = not series or start > series[-1]
            if later and series_holds([*series, start], [], coach, cycle):
                yield from extend((*series, start))

    return extend(())


def as_match(coachee: str, coach: str, series: Series, cycle: Cycle) -> Match:
    return Match(
        coachee=coachee,
        coach=coach,
        points=0,
        verdicts=(),
        sessions=tuple(
            Session(uid=f"{number}", number=number, start=start, end=ends(start, cycle))
            for number, start in enumerate(series, start=1)
        ),
    )


def best_of_coach(
    roster: Roster, cycle: Cycle, result: Result, coach: Coach, keep: Result | None
) -> tuple[int, int] | None:
    """Return the maximum number of kept session times and, given that number, the maximum points.

    Return `None` if there are too many timetables to enumerate.
    """
    context = AuditContext(roster, cycle, result, None)
    before = {
        (match.coachee, match.coach): {s.number: epoch_minute(s.start) for s in match.sessions}
        for match in (keep.matches if keep else ())
    }
    choices: list[list[tuple[int, int, Series]]] = []
    tried = 1
    for match in result.matches:
        if match.coach != coach.id:
            continue
        old = before.get((match.coachee, coach.id), {})
        choices.append(
            [
                (
                    sum(old.get(n) == epoch_minute(s) for n, s in enumerate(series, start=1)),
                    series_points(context, as_match(match.coachee, coach.id, series, cycle)),
                    series,
                )
                for series in all_series(context.coachees[match.coachee], coach, cycle)
            ]
        )
        tried *= len(choices[-1])
        if tried > MOST:
            return None

    def best(place: int, booked: list[list[datetime]]) -> tuple[int, int] | None:
        if place == len(choices):
            return 0, 0
        found = None
        for stays, points, series in choices[place]:
            if booked and not series_holds(list(series), booked, coach, cycle):
                continue
            rest = best(place + 1, [*booked, list(series)])
            if rest is not None:
                value = rest[0] + stays, rest[1] + points
                found = value if found is None else max(found, value)
        return found

    return best(0, [])


def staying(result: Result, keep: Result) -> int:
    before = {(m.coachee, m.coach, s.number): s.start for m in keep.matches for s in m.sessions}
    return sum(
        before.get((m.coachee, m.coach, s.number)) == s.start
        for m in result.matches
        for s in m.sessions
    )


def agrees(roster: Roster, cycle: Cycle, result: Result, keep: Result | None) -> bool:
    """Assert that the result equals brute force; return false if there are too many timetables."""
    best = [best_of_coach(roster, cycle, result, coach, keep) for coach in roster.coaches]
    if any(one is None for one in best):
        return False
    level = result.levels[-1]
    assert level.name is ObjectiveLevel.SCHEDULE
    if keep is not None:
        assert staying(result, keep) == sum(one[0] for one in best if one)
    assert level.value == sum(one[1] for one in best if one)
    assert level.bound == level.value
    assert level.proven
    assert audit(roster, cycle, result, keep) == ()
    return True


@cache
def is_compared(seed: int) -> tuple[bool, bool]:
    """Return whether a coach has several coachees, and whether all timetables were enumerated."""
    roster, cycle = with_quality(Random(seed))
    result = solved(roster, cycle)
    shared = any(
        sum(match.coach == coach.id for match in result.matches) > 1 for coach in roster.coaches
    )
    return shared, agrees(roster, cycle, result, None)


@pytest.mark.parametrize("seed", seeds(range(90)))
def test_schedule_level_is_optimal_among_all_timetables(seed: int) -> None:
    is_compared(seed)


@pytest.mark.parametrize("seed", seeds(range(60)))
def test_kept_sessions_take_precedence_over_quality(seed: int) -> None:
    random = Random(seed)
    roster, cycle = with_quality(random)
    previous = solved(roster, cycle)
    day = random.choice(cycle.cycle.days)
    calendar = cycle.calendar.model_copy(update={"blackout": (DateRange(day, day),)})
    changed = cycle.model_copy(update={"calendar": calendar})
    agrees(roster, changed, solved(roster, changed, previous), previous)


def test_enough_timetables_are_compared() -> None:
    """The comparisons with brute force include enough non-trivial instances."""
    assert sum(all(is_compared(seed)) for seed in range(90)) > 15


def deadline() -> Deadline:
    return Deadline(time.monotonic, None, lambda: False)


def busy_coaches(seed: int) -> tuple[PricingOracles, Quality, list[int]]:
    """Return a tight instance's oracles and quality, and its coaches with over three candidates."""
    roster, cycle = instance(TIGHT, seed)
    problem = problem_of(roster, cycle)
    busy = [coach for coach, pairs in enumerate(problem.by_coach) if len(pairs) > 3]
    return PricingOracles(problem, 0), Quality(roster, cycle), busy


@pytest.mark.parametrize("seed", range(4))
def test_pickled_subproblem_has_the_same_solution(seed: int) -> None:
    """Neither solution is worse than the incumbent."""
    oracles, quality, busy = busy_coaches(seed)
    for coach in busy[:4]:
        oracle = oracles.oracle(coach)
        placed = oracle.positions(oracle.maximal_subset((1 << 4) - 1, deadline()), deadline())
        subproblem = build_subproblem(oracle.calendar, quality, placed, {})
        incumbent = improve_by_local_search(subproblem, deadline())
        assert subproblem.total_cost(subproblem.initial) >= incumbent.cost >= incumbent.bound
        answer = best_timetable(subproblem, incumbent, deadline(), effort=2.0)
        assert incumbent.cost >= answer.cost >= answer.bound >= incumbent.bound
        copy, copied = pickle.loads(pickle.dumps((subproblem, incumbent)))  # noqa: S301 - our own data
        assert best_timetable(copy, copied, deadline(), effort=2.0) == answer
        started = starts_of_options(subproblem, answer.timetable)
        days = oracle.calendar.day_of
        points = [
            quality.points(oracle.calendar.coachees[one], coach, [(days[s], s) for s in series])
            for one, series in zip(placed, started, strict=True)
        ]
        assert sum(points) == MAX_QUALITY * len(points) - answer.cost


def gaining(subproblem: CoachSubproblem, gain: int) -> CoachSubproblem:
    """Return the same subproblem with a discount of `gain` on each series' first session."""

    def first(options: SessionOptions) -> SessionOptions:
        return tuple(replace(option, cost=option.cost - gain) for option in options)

    return replace(
        subproblem,
        series=tuple((first(series[0]), *series[1:]) for series in subproblem.series),
        initial=tuple((*first(series[:1]), *series[1:]) for series in subproblem.initial),
    )


@pytest.mark.slow
@pytest.mark.parametrize("effort", [1e-9, 2.0], ids=["too short", "long enough"])
def test_constant_discount_shifts_cost_and_bound(effort: float) -> None:
    """The discount makes costs negative, as the bonus for kept sessions does."""
    gain = 1000
    oracles, quality, busy = busy_coaches(0)
    proven = 0
    for coach in busy[:12]:
        oracle = oracles.oracle(coach)
        placed = oracle.positions(oracle.maximal_subset((1 << 6) - 1, deadline()), deadline())
        subproblem = build_subproblem(oracle.calendar, quality, placed, {})
        other = gaining(subproblem, gain)
        incumbent = improve_by_local_search(other, deadline())
        gained = best_timetable(other, incumbent, deadline(), effort=effort)
        assert gained.bound >= incumbent.bound
        answer = best_timetable(
            subproblem, improve_by_local_search(subproblem, deadline()), deadline(), effort=effort
        )
        if answer.proven and gained.proven:
            assert gained.cost + gain * len(placed) == answer.cost
            proven += 1
    assert proven > 5


def test_bound_found_with_little_effort_is_valid_for_the_best_timetable() -> None:
    oracles, quality, busy = busy_coaches(0)
    open_gaps = 0
    for coach in busy[:12]:
        oracle = oracles.oracle(coach)
        some = (1 << min(6, len(oracle.calendar.coachees))) - 1
        placed = oracle.positions(oracle.maximal_subset(some, deadline()), deadline())
        subproblem = build_subproblem(oracle.calendar, quality, placed, {})
        incumbent = improve_by_local_search(subproblem, deadline())
        quick, best = (
            best_timetable(subproblem, incumbent, deadline(), effort=effort)
            for effort in (0.005, 4.0)
        )
        assert quick.bound <= best.cost <= quick.cost
        open_gaps += not quick.proven
    assert open_gaps > 0


def test_timetable_that_the_search_improves_is_proven_optimal() -> None:
    oracles, quality, busy = busy_coaches(0)
    improved = 0
    for coach in busy[10:20]:
        oracle = oracles.oracle(coach)
        some = (1 << min(5, len(oracle.calendar.coachees))) - 1
        placed = oracle.positions(oracle.maximal_subset(some, deadline()), deadline())
        subproblem = build_subproblem(oracle.calendar, quality, placed, {})
        incumbent = improve_by_local_search(subproblem, deadline())
        best = best_timetable(subproblem, incumbent, deadline(), effort=4.0)
        assert best.proven
        assert subproblem.total_cost(best.timetable) == best.cost
        improved += best.cost < incumbent.cost
    assert improved > 1


def test_session_at_preferred_time_costs_nothing() -> None:
    roster, cycle = with_quality(Random(3))
    preferred = {"preferred": (WeeklyWindow(0, 540, 600), WeeklyWindow(0, 600, 720)), "hours": 20}
    policy = cycle.timetable.model_copy(update=preferred | {"preferred_by": {}, "leave": 0})
    cycle = cycle.model_copy(update={"timetable": policy})
    person = roster.coachees[0]
    quality = Quality(roster, cycle)
    each = 20 // cycle.sessions.count
    monday = datetime(START.year, START.month, START.day, 9, tzinfo=person.zone)
    length = cycle.sessions.minutes
    for minutes, expected in ((0, 0), (30, 0), (180 - length, 0), (181 - length, each)):
        start = epoch_minute(monday) + minutes
        assert quality.session_cost(0, 0, (0, start)) == expected
    assert quality.session_cost(0, 0, (1, epoch_minute(monday) + 24 * 60)) == each
    assert quality.session_cost(0, 0, (0, epoch_minute(monday) - 1)) == each
