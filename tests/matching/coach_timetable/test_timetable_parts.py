"""The components of a coach's timetabling, each compared with brute force."""

from __future__ import annotations

import time
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, permutations
from random import Random

import numpy as np
import pytest

from matching.coach_timetable.best_timetable import improve_by_local_search, independent_costs
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.insertion_heuristic import insert_all_series
from matching.coach_timetable.lagrangian_cut import LagrangianCut
from matching.coach_timetable.lp_relaxation import LpRelaxation
from matching.coach_timetable.model import TimetableModel
from matching.coach_timetable.negotiated_congestion import SHORT_EFFORT, negotiate
from matching.coach_timetable.positions import members
from matching.coach_timetable.quality import Quality
from matching.coach_timetable.series_relaxation import SeriesRelaxation
from matching.coach_timetable.subproblem import build_subproblem
from matching.deadline import Deadline
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import least_attainable_share
from matching.instance.series_feasibility import schedulable
from matching.instance.series_limits import RemainingDemand, session_limits
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from tests.bench.instances import TIGHT, instance
from tests.matching.brute_force import can_hold
from tests.matching.crowded import crowded
from tests.matching.one_coach import assert_holds, calendars, chains, one_day
from tests.matching.problem import problem_of
from tests.matching.reference import blocking_rules, can_meet
from tests.seeds import seeds


def deadline() -> Deadline:
    return Deadline(time.monotonic, None, lambda: False)


@pytest.mark.parametrize("seed", seeds(range(60)))
def test_schedulable_pairs_are_those_that_can_meet(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    free = build_availability_grid(roster, cycle)
    pairs = RuleEvaluator(RuleInputs(roster, cycle, free)).table()
    found = schedulable(free, session_limits(roster, cycle.sessions), pairs.coachee, pairs.coach)
    for coachee, coach, able in zip(pairs.coachee, pairs.coach, found, strict=True):
        one, other = roster.coachees[coachee], roster.coaches[coach]
        assert not blocking_rules(one, other, cycle)
        assert able == can_meet(one, other, cycle)


@pytest.mark.parametrize("seed", seeds(range(30)))
def test_oracle_accepts_exactly_the_feasible_sets(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    for calendar in calendars(roster, cycle):
        oracle = CoachOracle(calendar)
        coach = roster.coaches[calendar.coach]
        for wanted in range(1 << len(calendar.coachees)):
            people = [roster.coachees[calendar.coachees[one]] for one in members(wanted)]
            expected = len(people) <= coach.capacity and can_hold(coach, people, cycle)
            assert oracle.can_hold(wanted, deadline()) == expected


@pytest.mark.parametrize("seed", seeds(range(100, 130)))
def test_model_and_relaxation_agree_with_brute_force(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    for calendar in calendars(roster, cycle):
        coach = roster.coaches[calendar.coach]
        relaxation = (SeriesRelaxation if calendar.by_day else LpRelaxation)(calendar)
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
            for found in (placed, answer):
                if isinstance(found, dict):
                    assert_holds(calendar, found)


@pytest.mark.parametrize("seed", seeds(range(12)))
def test_relaxation_and_model_never_contradict_each_other(seed: int) -> None:
    """A cut excludes only infeasible sets, and every timetable found satisfies the model."""
    random = Random(seed)
    roster, cycle = instance(TIGHT, seed)
    problem = problem_of(roster, cycle)
    busy = [coach for coach, pairs in enumerate(problem.by_coach) if len(pairs) >= 5]
    coach = random.choice(busy)
    coachees = problem.coachee[problem.by_coach[coach]].tolist()
    calendar = CoachCalendar(problem, coach, coachees)
    assert calendar.by_day
    relaxation = SeriesRelaxation(calendar)
    planners: dict[int, object] = {}
    for _ in range(6):
        size = random.randint(1, min(calendar.max_coachees, len(coachees)))
        wanted = sorted(random.sample(range(len(coachees)), size))
        placed = TimetableModel(calendar, wanted, required=True).solve(deadline())
        answer = relaxation.decide(wanted, deadline())
        assert not (isinstance(answer, LagrangianCut) and placed is not None)
        for found in (
            placed,
            answer,
            insert_all_series(calendar, wanted, 3),
            negotiate(calendar, planners, wanted, SHORT_EFFORT),
        ):
            if isinstance(found, dict):
                assert placed is not None
                assert_holds(calendar, found)


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


def test_cut_for_profits_excludes_no_feasible_set() -> None:
    calendar = one_day([(540, 630), (660, 750), (780, 870), (900, 1020)], 5, 1)
    calendar.capacity = 2  # gives the row for capacity a positive dual
    limit = LpRelaxation(calendar).cut_for(dict.fromkeys(range(4), 1.0), deadline())
    assert limit is not None
    for size in range(5):
        for some in combinations(range(4), size):
            assert limit.excludes(some) == (size > 2)


@pytest.mark.parametrize("seed", range(8))
def test_pricing_returns_a_set_of_maximum_profit(seed: int) -> None:
    random = Random(seed)
    roster, cycle = instance(TIGHT, seed)
    problem = problem_of(roster, cycle)
    for coach, pairs in enumerate(problem.by_coach):
        if not 4 <= len(pairs) <= 7:
            continue
        calendar = CoachCalendar(problem, coach, problem.coachee[pairs].tolist())
        oracle = CoachOracle(calendar)
        profit = {one: random.uniform(0.1, 3.0) for one in range(len(pairs))}
        sets = oracle.best(profit, 0.0, deadline())
        best = max(
            sum(profit[one] for one in some)
            for size in range(calendar.max_coachees + 1)
            for some in combinations(range(len(pairs)), size)
            if oracle.can_hold(sum(1 << one for one in some), deadline())
        )
        assert sum(profit[one] for one in members(sets[-1])) == pytest.approx(best)
        assert oracle.best(profit, best + 1e-9, deadline()) == []
        return


@pytest.mark.slow
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
        again = improve_by_local_search(replace(subproblem, initial=better.timetable), deadline())
        assert again.timetable == better.timetable
        day = calendar.position_day
        row = calendar.coachees[0]
        assert independent_costs(subproblem)[0] == min(
            quality.fault_cost(row, calendar.coach, [(day[position], 0) for position in chain])
            for chain in chains(calendar, 0)
        )


@pytest.mark.parametrize("before", [{}, {0: 1}])
def test_week_in_progress_has_room_for_sessions_that_were_not_held(before: dict[int, int]) -> None:
    roster, cycle = instance(TIGHT, 1)
    problem = problem_of(roster, cycle)
    problem = replace(problem, week=0, sessions_in_week=before)
    calendar = CoachCalendar(problem, 0, problem.coachee[problem.by_coach[0]].tolist())
    week = min(calendar.week_limit)
    now = replace(problem, week=week)
    calendar = CoachCalendar(now, 0, calendar.coachees)
    assert calendar.week_limit[week] == calendar.week_cap - before.get(0, 0)
    assert calendar.week_limit[week + 1] == calendar.week_cap


def test_coachee_without_remaining_sessions_uses_capacity_but_no_time() -> None:
    problem = problem_of(*instance(TIGHT, 1))
    nothing = np.zeros(problem.size, dtype=np.int64)
    demand = RemainingDemand(nothing, np.zeros((problem.size, 2), np.int64), nothing, nothing)
    problem = replace(problem, demand=demand)
    calendar = CoachCalendar(problem, 0, problem.coachee[problem.by_coach[0]].tolist())
    prices = [1] * calendar.positions
    assert LagrangianCut(calendar, prices, (), each=5, total=5).weight(0) == 5
    assert LpRelaxation(calendar).decide([0], deadline()) == {0: []}
    assert CoachOracle(calendar, 0).timetable(1, deadline()) == {0: ()}


def test_day_holds_as_many_sessions_as_fit_one_after_another_within_its_cap() -> None:
    for window, cap, expected in (((540, 630), 5, 1), ((540, 750), 5, 2), ((540, 1020), 3, 3)):
        assert set(one_day([window], cap, 1).day_limit.values()) == {expected}


def test_least_attainable_share_is_an_equivalent_constraint() -> None:
    for share, people in ((0.3, 7), (2 / 3, 12), (1.0, 5), (0.05, 9)):
        exact = least_attainable_share(Fraction(str(share)), people)
        for placed, cross in permutations(range(people + 1), 2):
            if cross <= placed:
                assert (cross >= share * placed - 1e-12) == (cross >= exact * placed)
