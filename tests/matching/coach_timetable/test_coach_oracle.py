"""A coach's oracle: stored results, pricing, and bounds on the profit of sets."""

from __future__ import annotations

from random import Random

import pytest

from matching.coach_timetable import set_feasibility
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.positions import members
from matching.coach_timetable.set_pricing import total
from matching.deadline import Deadline, DeadlineExceededError
from tests.matching.crowded import crowded
from tests.matching.one_coach import calendars, tuesdays, with_contracting
from tests.matching.plans import never
from tests.matching.roomy import sociable

passed = Deadline(lambda: 0.0, 0.0, lambda: False)


def test_feasible_set_and_its_subsets_are_stored() -> None:
    oracle = CoachOracle(tuesdays([(540, 720)] * 4, 3, 1), 0)
    with pytest.raises(DeadlineExceededError):
        oracle.can_hold(0b0111, passed)
    assert oracle.can_hold(0b0111, never)
    assert oracle.can_hold(0b0111, passed)
    assert oracle.can_hold(0b0101, passed)


def test_infeasible_sets_stay_stored_when_others_are_found() -> None:
    # Of three coachees with an early hour, or with a late one, only two can have half an hour.
    windows = [*[(540, 600)] * 3, *[(660, 720)] * 3, (540, 720)]
    calendar = tuesdays(windows, 1, 1, minutes=30, buffer_minutes=0, grid_minutes=30)
    calendar.day_cap = calendar.week_cap = 6  # too many for day cuts, so only sets are stored
    oracle, early, late, whole = CoachOracle(calendar), 0b0000111, 0b0111000, 0b1000000
    assert not oracle.can_hold(early | whole, never)
    assert not oracle.can_hold(late | whole, never)
    assert oracle.is_excluded(early)
    assert oracle.is_excluded(late)
    assert not oracle.is_excluded(0b1011011)


def test_bound_is_valid_for_more_candidates_than_the_relaxation_accepts() -> None:
    """The bound is then the total profit of all candidates."""
    calendar = tuesdays([(540, 720)] * 55, 3, 1)
    profit = dict.fromkeys(range(55), 0.1)
    total, weight = CoachOracle(calendar, 0).lagrangian_weights(profit, never)
    some = range(calendar.max_coachees)
    gains = sum(profit[one] - weight[one] for one in some)
    assert sum(profit[one] for one in some) <= total + gains


@pytest.mark.parametrize("contracting", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_pricing_finds_a_most_profitable_set(seed: int, *, contracting: bool) -> None:
    random = Random(seed)
    roster, cycle = sociable(random)
    if contracting:
        roster, cycle = with_contracting(roster, cycle, random.choice((0, 1, 3)))
    for calendar in calendars(roster, cycle):
        oracle = CoachOracle(calendar, 0)
        profit = {one: random.uniform(0.1, 3.0) for one in range(len(calendar.coachees))}
        values = {
            wanted: sum(profit[one] for one in members(wanted))
            for wanted in range(1 << len(profit))
            if oracle.can_hold(wanted, never)
        }
        best = max(values.values())
        assert values[oracle.best(profit, 0.0, never)[-1]] == pytest.approx(best)
        assert oracle.best(profit, best + 1e-6, never) == []


@pytest.mark.parametrize("seed", range(30))
def test_pricing_is_exact_if_little_effort_decides_nothing(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(set_feasibility, "_LIMITED_EFFORT", 0.0)
    random = Random(seed)
    roster, cycle = with_contracting(*sociable(random), random.choice((0, 1, 3)))
    for calendar in calendars(roster, cycle):
        exact, oracle = CoachOracle(calendar, 0), CoachOracle(calendar, 0)
        profit = {one: random.uniform(0.1, 3.0) for one in range(len(calendar.coachees))}
        feasible = [some for some in range(1 << len(profit)) if exact.can_hold(some, never)]
        best = max(total(some, profit) for some in feasible)
        assert oracle.best(profit, best + 1e-6, never) == []
        for share in (0.3, 0.9):
            found = CoachOracle(calendar, 0).best(profit, share * best, never)
            assert found
            assert set(found) <= set(feasible)
            assert all(total(some, profit) > share * best for some in found)


@pytest.mark.parametrize("seed", range(20))
def test_pricing_finds_a_most_profitable_set_after_similar_profits(seed: int) -> None:
    random = Random(seed)
    roster, cycle = with_contracting(*sociable(random), random.choice((0, 1, 3)))
    for calendar in calendars(roster, cycle):
        oracle, exact = CoachOracle(calendar, 0), CoachOracle(calendar, 0)
        candidates = range(len(calendar.coachees))
        feasible = [some for some in range(1 << len(candidates)) if exact.can_hold(some, never)]
        profit = {one: random.uniform(0.1, 3.0) for one in candidates}
        for _ in range(6):
            best = max(total(some, profit) for some in feasible)
            for threshold in (best - 0.05, best + 1e-6):
                found = oracle.best(profit, threshold, never)
                assert bool(found) == (best > threshold)
                bound = oracle.profit_bound(profit, never, threshold)
                assert bound >= best - 1e-6 or threshold >= best
            profit[random.choice(candidates)] = random.uniform(0.1, 3.0)


def test_pricing_finds_only_feasible_sets() -> None:
    several = 0
    for seed in range(40, 60):
        random = Random(seed)
        for calendar in calendars(*sociable(random)):
            profit = {one: random.uniform(0.1, 3.0) for one in range(len(calendar.coachees))}
            found = CoachOracle(calendar, 0).best(profit, 0.0, never)
            exact = CoachOracle(calendar, 0)
            assert all(exact.can_hold(wanted, never) for wanted in found), seed
            several += len(found) > 1
    assert several > 0


@pytest.mark.parametrize("seed", range(12))
def test_profit_of_feasible_set_is_within_its_lagrangian_bound(seed: int) -> None:
    random = Random(seed)
    for calendar in calendars(*crowded(random)):
        oracle = CoachOracle(calendar, 0)
        profit = {one: random.uniform(0.1, 3.0) for one in range(len(calendar.coachees))}
        total, weight = oracle.lagrangian_weights(profit, never)
        for wanted in range(1 << len(profit)):
            if oracle.can_hold(wanted, never):
                gains = sum(profit[one] - weight[one] for one in members(wanted))
                assert sum(profit[one] for one in members(wanted)) <= total + gains + 1e-4


@pytest.mark.parametrize("seed", range(12))
def test_quick_answer_and_maximal_subset_agree_with_the_exact_answer(seed: int) -> None:
    for calendar in calendars(*sociable(Random(seed))):
        exact = CoachOracle(calendar, 0)
        everybody = (1 << len(calendar.coachees)) - 1
        for wanted in range(1 + everybody):
            if CoachOracle(calendar, 0).can_hold_quickly(wanted, never):
                assert exact.can_hold(wanted, never)
        held = exact.maximal_subset(everybody, never)
        assert exact.can_hold(held, never)
        for one in members(everybody & ~held):
            assert not exact.can_hold(held | 1 << one, never)


def test_size_of_sets_is_bounded_by_the_capacity_with_contracting_sessions() -> None:
    gap = {"contracting_minutes": 30, "contracting_gap_days": (7, 14)}
    calendar = tuesdays([(540, 720)] * 2, 8, 3, **gap)
    assert calendar.max_coachees == calendar.capacity == 2


def test_only_the_two_sessions_of_one_pair_are_ordered_on_a_day() -> None:
    calendar = tuesdays([(540, 720)] * 2, 3, 1, contracting_minutes=30, contracting_gap_days=(0, 7))
    home = calendar.home[0]
    assert home != 0, "contracting and other sessions share the day"
    assert calendar.day_options(home, (0, 1, 3)).order == (0, -2, 2)
    assert calendar.day_options(home, (0, 1)).order == ()
