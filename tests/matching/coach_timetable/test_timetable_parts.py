"""The components of a coach's timetabling, each compared with brute force."""

from __future__ import annotations

import time
from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations, pairwise, permutations, product
from random import Random

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.coach_timetable.best_timetable import improve_by_local_search, independent_costs
from matching.coach_timetable.calendar import CoachCalendar, members
from matching.coach_timetable.day_packing import conflict_cliques, pack_starts
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.insertion_heuristic import insert_all_series
from matching.coach_timetable.lagrangian_cut import LagrangianCut
from matching.coach_timetable.lp_relaxation import LpRelaxation
from matching.coach_timetable.model import TimetableModel
from matching.coach_timetable.negotiated_congestion import negotiate
from matching.coach_timetable.quality import Quality
from matching.coach_timetable.subproblem import build_subproblem
from matching.deadline import Deadline
from matching.instance.availability_grid import AvailabilityGrid, build_availability_grid
from matching.instance.problem import MatchingProblem, build_problem, least_attainable_share
from matching.instance.series_feasibility import schedulable
from matching.instance.series_limits import session_limits
from matching.rules.evaluation import evaluate_pairs
from tests.bench.instances import TIGHT, instance
from tests.matching.brute_force import can_hold
from tests.matching.crowded import crowded
from tests.matching.reference import blocking_rules, can_meet


def deadline() -> Deadline:
    return Deadline(time.monotonic, None, lambda: False)


def problem_of(roster: Roster, cycle: Cycle) -> tuple[MatchingProblem, AvailabilityGrid]:
    free = build_availability_grid(roster, cycle)
    return build_problem(roster, cycle, free, evaluate_pairs(roster, cycle, free)), free


def calendars(roster: Roster, cycle: Cycle) -> list[CoachCalendar]:
    problem, _ = problem_of(roster, cycle)
    return [
        CoachCalendar(problem, coach, problem.coachee[pairs].tolist())
        for coach, pairs in enumerate(problem.by_coach)
        if len(pairs)
    ]


@pytest.mark.parametrize("seed", range(120))
def test_schedulable_pairs_are_those_that_can_meet(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    free = build_availability_grid(roster, cycle)
    pairs = evaluate_pairs(roster, cycle, free)
    found = schedulable(free, session_limits(roster, cycle.sessions), pairs.coachee, pairs.coach)
    for coachee, coach, able in zip(pairs.coachee, pairs.coach, found, strict=True):
        one, other = roster.coachees[coachee], roster.coaches[coach]
        assert not blocking_rules(one, other, cycle)
        assert able == can_meet(one, other, cycle)


@pytest.mark.parametrize("seed", range(60))
def test_oracle_accepts_exactly_the_feasible_sets(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    for calendar in calendars(roster, cycle):
        oracle = CoachOracle(calendar)
        coach = roster.coaches[calendar.coach]
        for wanted in range(1 << len(calendar.coachees)):
            people = [roster.coachees[calendar.coachees[one]] for one in members(wanted)]
            expected = len(people) <= coach.capacity and can_hold(coach, people, cycle)
            assert oracle.can_hold(wanted, deadline()) == expected


@pytest.mark.parametrize("seed", range(100, 160))
def test_model_and_relaxation_agree_with_brute_force(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    for calendar in calendars(roster, cycle):
        coach = roster.coaches[calendar.coach]
        relaxation = LpRelaxation(calendar)
        for some in range(1, 1 << len(calendar.coachees)):
            wanted = members(some)
            people = [roster.coachees[calendar.coachees[one]] for one in wanted]
            if len(people) > coach.capacity:
                continue
            possible = can_hold(coach, people, cycle)
            placed = TimetableModel(calendar, wanted, required=True).solve(deadline())
            assert (placed is not None) == possible
            answer = relaxation.decide(wanted, deadline())
            assert not (isinstance(answer, LagrangianCut) and possible)
            assert not (isinstance(answer, dict) and not possible)


@pytest.mark.parametrize("seed", range(12))
def test_relaxation_and_model_never_contradict_each_other(seed: int) -> None:
    """A cut excludes only infeasible sets, and every timetable found satisfies the model."""
    random = Random(seed)
    roster, cycle = instance(TIGHT, seed)
    problem, _ = problem_of(roster, cycle)
    busy = [coach for coach, pairs in enumerate(problem.by_coach) if len(pairs) >= 5]
    coach = random.choice(busy)
    coachees = problem.coachee[problem.by_coach[coach]].tolist()
    calendar = CoachCalendar(problem, coach, coachees)
    relaxation = LpRelaxation(calendar)
    planners: dict[int, object] = {}
    for _ in range(6):
        size = random.randint(1, min(calendar.max_coachees, len(coachees)))
        wanted = sorted(random.sample(range(len(coachees)), size))
        placed = TimetableModel(calendar, wanted, required=True).solve(deadline())
        answer = relaxation.decide(wanted, deadline())
        assert not (isinstance(answer, LagrangianCut) and placed is not None)
        if isinstance(answer, dict):
            assert placed is not None
        for found in (
            insert_all_series(calendar, wanted, 3),
            negotiate(calendar, planners, wanted, 8),
        ):
            if found is not None:
                assert placed is not None
                assert_holds(calendar, found)


def one_day(windows: Sequence[tuple[int, int]], cap: int, count: int) -> CoachCalendar:
    """Return the calendar of a coach who is available all day, with starts as positions.

    There is a coachee for each of `windows` of that day.
    """
    roster, cycle = instance(TIGHT, 1)
    changes: dict[str, object] = {"timezone": "Europe/Belgrade", "unavailable": ()}
    coach = roster.coaches[0].model_copy(
        update={
            **changes,
            "availability": (WeeklyWindow(0, 540, 1020),),
            "capacity": len(windows),
            "max_per_day": cap,
        }
    )
    common = {"languages": coach.languages, "rank": coach.rank, "country": coach.country}
    people = tuple(
        one.model_copy(update={**changes, **common, "availability": (WeeklyWindow(0, *window),)})
        for one, window in zip(roster.coachees, windows, strict=False)
    )
    gaps = {"min_gap_days": 0, "max_gap_days": 0, "count": count}
    cycle = cycle.model_copy(
        update={
            "cycle": cycle.cycle.model_copy(update={"end": cycle.cycle.start}),
            "sessions": cycle.sessions.model_copy(update=gaps),
        }
    )
    (calendar,) = calendars(Roster(coachees=people, coaches=(coach,)), cycle)
    assert len(calendar.coachees) == len(windows)
    assert not calendar.by_day
    return calendar


@pytest.mark.parametrize(("cap", "possible"), [(3, False), (4, True)])
def test_day_cap_is_enforced_if_positions_are_starts(cap: int, possible: bool) -> None:
    calendar = one_day([(540, 1020), (540, 1020)], cap, 2)
    placed = TimetableModel(calendar, [0, 1], required=True).solve(deadline())
    assert (placed is not None) == possible
    assert isinstance(LpRelaxation(calendar).decide([0, 1], deadline()), LagrangianCut) != possible


@pytest.mark.parametrize(("wanted", "possible"), [([0, 1], False), ([0, 2], True)])
def test_sessions_never_overlap_if_positions_are_starts(wanted: list[int], possible: bool) -> None:
    calendar = one_day([(540, 630), (540, 630), (660, 750)], 5, 1)
    placed = TimetableModel(calendar, wanted, required=True).solve(deadline())
    assert (placed is not None) == possible
    assert isinstance(LpRelaxation(calendar).decide(wanted, deadline()), LagrangianCut) != possible
    assert CoachOracle(calendar).can_hold(sum(1 << one for one in wanted), deadline()) == possible


def test_cut_for_worths_excludes_no_feasible_set() -> None:
    calendar = one_day([(540, 630), (660, 750), (780, 870), (900, 1020)], 5, 1)
    calendar.capacity = 2  # gives the row for capacity a positive dual
    limit = LpRelaxation(calendar).cut_for(dict.fromkeys(range(4), 1.0), deadline())
    assert limit is not None
    for size in range(5):
        for some in combinations(range(4), size):
            assert limit.excludes(sum(1 << one for one in some)) == (size > 2)


def assert_holds(calendar: CoachCalendar, placed: dict[int, list[int]]) -> None:
    load: dict[int, list[int]] = {}
    for one, positions in placed.items():
        assert len(positions) == calendar.count
        for earlier, later in pairwise(positions):
            assert calendar.low[earlier] <= later < calendar.high[earlier]
        for position in positions:
            assert position in calendar.candidate(one).starts
            load.setdefault(position, []).append(one)
    assert all(calendar.fits(position, tuple(group)) for position, group in load.items())


@pytest.mark.parametrize("seed", range(8))
def test_pricing_returns_the_set_of_greatest_worth(seed: int) -> None:
    random = Random(seed)
    roster, cycle = instance(TIGHT, seed)
    problem, _ = problem_of(roster, cycle)
    for coach, pairs in enumerate(problem.by_coach):
        if not 4 <= len(pairs) <= 7:
            continue
        calendar = CoachCalendar(problem, coach, problem.coachee[pairs].tolist())
        oracle = CoachOracle(calendar)
        worth = {one: random.uniform(0.1, 3.0) for one in range(len(pairs))}
        sets = oracle.best(worth, 0.0, deadline())
        best = max(
            sum(worth[one] for one in some)
            for size in range(calendar.max_coachees + 1)
            for some in combinations(range(len(pairs)), size)
            if oracle.can_hold(sum(1 << one for one in some), deadline())
        )
        assert sum(worth[one] for one in members(sets[-1])) == pytest.approx(best)
        assert oracle.best(worth, best + 1e-9, deadline()) == []
        return


@pytest.mark.parametrize("seed", range(80))
def test_day_packing_succeeds_if_and_only_if_sessions_fit(seed: int) -> None:
    random = Random(seed)
    options = tuple(
        tuple(sorted(random.sample(range(0, 300, 30), random.randint(1, 4))))
        for _ in range(random.randint(1, 4))
    )
    spacing_minutes = random.choice([60, 90])
    found = pack_starts(options, spacing_minutes)
    possible = any(are_apart(starts, spacing_minutes) for starts in product(*options))
    assert (found is not None) == possible
    if found is not None:
        assert are_apart(found, spacing_minutes)
        assert all(start in own for start, own in zip(found, options, strict=True))
    conflicts = {
        pair
        for pair in combinations(range(len(options)), 2)
        if pack_starts((options[pair[0]], options[pair[1]]), spacing_minutes) is None
    }
    cliques = conflict_cliques(options, spacing_minutes)
    assert {pair for clique in cliques for pair in combinations(clique, 2)} == conflicts


def are_apart(starts: Sequence[int], spacing_minutes: int) -> bool:
    ordered = sorted(starts)
    return all(later - earlier >= spacing_minutes for earlier, later in pairwise(ordered))


@pytest.mark.parametrize("seed", range(6))
def test_local_search_never_worsens_and_is_optimal_for_a_single_series(seed: int) -> None:
    roster, cycle = instance(TIGHT, seed)
    quality = Quality(roster, cycle)
    for calendar in calendars(roster, cycle)[:12]:
        found = insert_all_series(calendar, range(min(2, len(calendar.coachees))), 3)
        if found is None:
            continue
        subproblem = build_subproblem(calendar, quality, found, {})
        better = improve_by_local_search(subproblem, deadline())
        positions = [[option.position for option in options] for options in better.timetable]
        assert_holds(calendar, dict(zip(found, positions, strict=True)))
        assert better.cost <= subproblem.total_cost(subproblem.initial)
        day = calendar.position_day
        row = calendar.coachees[0]
        assert independent_costs(subproblem)[0] == min(
            quality.fault_cost(row, calendar.coach, [(day[position], 0) for position in chain])
            for chain in chains(calendar, 0)
        )


def chains(calendar: CoachCalendar, candidate: int) -> list[list[int]]:
    first, *rest = calendar.candidate(candidate).chain
    found = [[position] for position in first]
    for number in rest:
        found = [
            [*chain, position]
            for chain in found
            for position in number
            if calendar.low[chain[-1]] <= position < calendar.high[chain[-1]]
        ]
    return found


def test_least_attainable_share_is_an_equivalent_constraint() -> None:
    for share, people in ((0.3, 7), (2 / 3, 12), (1.0, 5), (0.05, 9)):
        exact = least_attainable_share(Fraction(str(share)), people)
        for placed, cross in permutations(range(people + 1), 2):
            if cross <= placed:
                assert (cross >= share * placed - 1e-12) == (cross >= exact * placed)
