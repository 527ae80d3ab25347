"""Lexicographic optimisation, compared with an enumeration of all plans for tiny instances."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel
from coach.people import Roster
from matching.deadline import DeadlineExceededError
from matching.instance.problem import cross_border_balance
from matching.search import levels as levels_module
from matching.search import search_state as search_state_module
from matching.search.branch_and_price import SearchResult
from matching.search.column_generation import Choice, PricingOracles
from matching.search.construction_heuristic import construct_choice
from matching.search.levels import level_weights, run_levels
from matching.search.lexicographic_weights import Objective
from matching.search.search_state import SearchState
from matching.search.sum_level import SumLevel
from matching.search.worst_level import WorstLevel
from tests.bench.instances import MANY_PLACES, identical_people, instance
from tests.matching.crowded import crowded
from tests.matching.plans import every_plan, never, oracles_of
from tests.matching.roomy import sociable

NOBODY = np.zeros(0, dtype=np.int64)

Kind = Callable[[Random], tuple[Roster, Cycle]]
Report = tuple[ObjectiveLevel, int | None, int | None]


def free_choice(random: Random, kind: Kind = sociable) -> PricingOracles:
    """Return the oracles of a tiny instance without pins or a cross-border share."""
    problem = oracles_of(*kind(random)).problem
    nothing = np.zeros(problem.size, dtype=np.bool_)
    return PricingOracles(replace(problem, pinned=nothing, share=Fraction(0)), 0)


def state_of(oracles: PricingOracles, reports: list[Report] | None = None) -> SearchState:
    into = [] if reports is None else reports
    return SearchState(oracles, never, lambda *report: into.append(report))


def value(oracles: PricingOracles, level: ObjectiveLevel, choice: Choice) -> int:
    problem = oracles.problem
    if level is ObjectiveLevel.WORST:
        return int(problem.points[choice].min()) if len(choice) else 0
    return int(level_weights(problem, level)[choice].sum())


@pytest.mark.slow
@pytest.mark.parametrize("kind", [crowded, sociable])
def test_additive_levels_are_lexicographically_optimal(kind: Kind) -> None:
    levels = (ObjectiveLevel.PLACED, ObjectiveLevel.TOTAL)
    for seed in range(100):
        oracles = free_choice(Random(seed), kind)
        outcomes = run_levels(state_of(oracles), levels, NOBODY).levels
        best = max(
            tuple(value(oracles, level, plan) for level in levels) for plan in every_plan(oracles)
        )
        assert tuple(outcome.value for outcome in outcomes) == best, seed
        assert tuple(outcome.bound for outcome in outcomes) == best, seed


def test_required_coachees_are_placed_if_any_plan_places_them() -> None:
    impossible = 0
    for seed in range(30):
        random = Random(seed)
        oracles = free_choice(random, crowded)
        coachee = oracles.problem.coachee
        required = np.array([random.random() < 0.5 for _ in oracles.problem.priority])
        rows = set(np.flatnonzero(required).tolist())
        state = SearchState(oracles, never, lambda *_: None, required)
        choice = state.find_feasible_choice(state.allowed)
        if choice is None:
            assert not any(rows <= set(coachee[plan].tolist()) for plan in every_plan(oracles)), (
                seed
            )
            impossible += 1
        else:
            assert rows <= set(coachee[choice].tolist()), seed
    assert 0 < impossible < 30


def test_choice_is_feasible_if_and_only_if_it_satisfies_share_and_decided_levels() -> None:
    seen = Counter[tuple[bool, bool]]()
    for seed in range(30):
        oracles = oracles_of(*crowded(Random(seed)))
        balance = cross_border_balance(oracles.problem)
        points = oracles.problem.points
        state = state_of(oracles)
        plans = list(every_plan(oracles))
        least = int(points[plans[len(plans) // 2]].sum())
        state.decided.append(Objective(points, least))
        coachee = oracles.problem.coachee
        pinned = set(coachee[oracles.problem.pinned])
        for plan in plans:
            total = int(balance[plan].sum())
            keeps = points[plan].sum() >= least and pinned <= set(coachee[plan])
            assert state.is_feasible(plan) == (total >= 0 and keeps), seed
            seen[total == 0 and bool(oracles.problem.share), bool(keeps)] += 1
    assert seen[True, True] > 0


@pytest.mark.parametrize("second", [ObjectiveLevel.TOTAL, ObjectiveLevel.WORST])
def test_bound_after_an_unproven_level_holds_for_every_plan(second: ObjectiveLevel) -> None:
    lower_under_the_first = 0
    for seed in range(40):
        oracles = free_choice(Random(seed))
        state = state_of(oracles)
        state.all_proven = False
        outcome = run_levels(state, (ObjectiveLevel.PLACED, second), NOBODY).levels[1]
        best = max(value(oracles, second, choice) for choice in every_plan(oracles))
        assert outcome.bound >= best, seed
        lower_under_the_first += outcome.value < best
    assert lower_under_the_first > 0


def test_bound_of_total_after_an_unproven_worst_holds_for_every_plan_that_is_no_worse(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(WorstLevel, "_probe", no_probe)
    levels = (ObjectiveLevel.PLACED, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL)
    unproven = lower = 0
    for seed in range(8):
        oracles = free_choice(Random(seed))
        worth = [
            (tuple(value(oracles, level, plan) for level in levels), plan)
            for plan in every_plan(oracles)
        ]
        most = max(one[0] for one, _ in worth)
        _, first = min((one for one in worth if one[0][0] == most), key=lambda one: one[0][1])
        _, worst, total = run_levels(state_of(oracles), levels, first).levels
        assert total.bound >= max(one[2] for one, _ in worth if one[:2] >= (most, worst.value)), (
            seed
        )
        unproven += not worst.proven
        lower += not worst.proven and total.bound < max(one[2] for one, _ in worth)
    assert unproven > 1
    assert lower > 0


def no_probe(_self: WorstLevel, _step: int) -> None:
    """End the search for the worst points, as if its effort were used up."""
    raise DeadlineExceededError


def test_worst_points_of_a_problem_too_large_for_an_exact_search_are_those_of_a_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(search_state_module, "_MAX_PAIRS", 0)
    levels = (ObjectiveLevel.PLACED, ObjectiveLevel.WORST)
    optimal = 0
    for seed in range(20):
        oracles = free_choice(Random(seed), crowded)
        state = SearchState(oracles, never.with_effort(0.5), lambda *_: None)
        placed, worst = run_levels(state, levels, NOBODY).levels
        plans = {tuple(value(oracles, one, plan) for one in levels) for plan in every_plan(oracles)}
        assert (placed.value, worst.value) in plans, seed
        assert worst.bound >= max(plan[1] for plan in plans if plan[0] >= placed.value), seed
        optimal += (placed.value, worst.value) == max(plans)
    assert optimal > 10


def test_number_of_repeats_that_is_not_proven_has_a_lower_bound() -> None:
    problems = (free_choice(Random(seed)).problem for seed in range(100))
    problem = next(problem for problem in problems if problem.size >= 3)
    state = state_of(PricingOracles(replace(problem, repeated=np.ones(problem.size, np.bool_)), 0))
    choice = np.arange(3)
    for gap, bound in ((0, 3), (2, 1), (5, 0)):
        found = SearchResult(choice, 10, 10 + gap)  # maximised: the places minus the repeats
        outcome = levels_module._outcome(state, ObjectiveLevel.REPEAT, choice, found)  # noqa: SLF001
        assert (outcome.value, outcome.bound, outcome.proven) == (3, bound, gap == 0)


def test_progress_of_each_level_is_a_rising_value_under_a_falling_bound() -> None:
    for seed in range(40):
        oracles = free_choice(Random(seed))
        reports: list[Report] = []
        levels = (ObjectiveLevel.PLACED, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL)
        outcomes = run_levels(state_of(oracles, reports), levels, NOBODY).levels
        for outcome in outcomes:
            own = [(low or 0, high or 0) for level, low, high in reports if level is outcome.name]
            values, bounds = [low for low, _ in own], [high for _, high in own]
            assert values == sorted(values), (seed, outcome.name)
            assert bounds == sorted(bounds, reverse=True), (seed, outcome.name)
            assert not outcome.value or own[-1] == (outcome.value, outcome.bound), seed


def test_level_whose_weights_exceed_the_flow_is_proven_part_by_part() -> None:
    parts = 0
    for seed in range(40):
        random = Random(seed)
        problem = free_choice(random).problem
        kept = np.array([random.random() < 0.5 for _ in range(problem.size)])
        oracles = PricingOracles(replace(problem, points=problem.points << 50, kept=kept), 0)
        state = state_of(oracles)
        state.allowed = problem.coach == problem.coachee % len(problem.capacity)
        if not state.allowed.any():
            continue
        plans = [one for one in every_plan(oracles) if state.allowed[one].all()]
        parts = max(parts, len(state.parts(state.allowed)))
        best = max(value(oracles, ObjectiveLevel.KEPT, plan) for plan in plans)
        for first in (NOBODY, *plans[1 :: 1 + len(plans) // 8]):
            outcome = run_levels(state, (ObjectiveLevel.KEPT,), first).levels[0]
            assert (outcome.value, outcome.bound, outcome.proven) == (best, best, True), seed
            state.decided.clear()
    assert parts > 2


EVERY_LEVEL = (
    ObjectiveLevel.PLACED,
    ObjectiveLevel.KEPT,
    ObjectiveLevel.WORST,
    ObjectiveLevel.TOTAL,
)


def test_bound_of_a_part_holds_if_its_floors_are_optimal() -> None:
    found = 0
    for seed in range(40):
        random = Random(seed)
        problem = free_choice(random).problem
        kept = np.array([random.random() < 0.5 for _ in range(problem.size)])
        # Weights exceed the flow, so that all parts are searched.
        oracles = PricingOracles(replace(problem, points=problem.points << 50, kept=kept), 0)
        state = state_of(oracles)
        state.allowed = allowed = problem.coach % 2 == problem.coachee % 2
        plans = [one for one in every_plan(oracles) if allowed[one].all()]
        first = random.choice(plans)
        placed = level_weights(problem, ObjectiveLevel.PLACED)
        state.all_proven = state.floors_hold = False
        state.decided.append(Objective(placed, int(placed[first].sum())))
        best = SumLevel(state, ObjectiveLevel.KEPT, first).run().choice
        assert best is not None
        state.decided.pop()
        for part in state.parts(allowed):
            values = [
                (int(placed[one].sum()), int(kept[one].sum()))
                for one in (plan[part[plan]] for plan in plans)
            ]
            most, most_kept = max(values)
            bound = state.within(part, best).known_part_bound(ObjectiveLevel.KEPT)
            if int(placed[best[part[best]]].sum()) == most:
                assert bound >= most_kept, seed
                found += bound == most_kept
    assert found > 5


@pytest.mark.parametrize("kind", [crowded, sociable])
def test_levels_of_parts_that_are_proven_in_different_passes_are_optimal(
    monkeypatch: pytest.MonkeyPatch, kind: Kind
) -> None:
    monkeypatch.setattr(levels_module, "_FIRST_EFFORT", 1e-4)
    monkeypatch.setattr(levels_module, "_FIRST_EFFORT_PER_COACHEE", 0.0)
    known, parts = 0, 0
    for seed in range(25):
        random = Random(seed)
        problem = free_choice(random, kind).problem
        kept = np.array([random.random() < 0.5 for _ in range(problem.size)])
        oracles = PricingOracles(replace(problem, kept=kept), 0)
        state = state_of(oracles)
        allowed = problem.coach % 2 == problem.coachee % 2
        state.allowed = allowed
        plans = [one for one in every_plan(oracles) if allowed[one].all()]
        best = max(tuple(value(oracles, level, plan) for level in EVERY_LEVEL) for plan in plans)
        outcomes = run_levels(state, EVERY_LEVEL, NOBODY).levels
        assert tuple(outcome.value for outcome in outcomes) == best, seed
        assert tuple(outcome.bound for outcome in outcomes) == best, seed
        known += state.knows_parts
        parts = max(parts, len(state.parts(allowed)))
    assert known > 0
    assert parts > 1


@pytest.mark.parametrize("effort", [2.0, 8.0])
def test_plan_of_all_levels_is_not_worse_than_one_of_fewer_levels_with_the_same_effort(
    effort: float,
) -> None:
    shape = replace(MANY_PLACES, coachees=40, coaches=12)

    def values(levels: tuple[ObjectiveLevel, ...]) -> tuple[int, ...]:
        oracles = oracles_of(*instance(shape, 4))
        first = construct_choice(oracles, NOBODY, never)
        state = SearchState(oracles, never.with_effort(effort), lambda *_: None)
        choice = run_levels(state, levels, first).choice
        return tuple(value(oracles, level, choice) for level in EVERY_LEVEL)

    all_levels = values(EVERY_LEVEL)
    for levels in (EVERY_LEVEL[:1], (EVERY_LEVEL[0], EVERY_LEVEL[3])):
        assert all_levels >= values(levels), levels


def test_places_that_nobody_can_use_do_not_weaken_the_bound() -> None:
    oracles = oracles_of(*identical_people(9, 3))
    assert oracles.problem.capacity.tolist() == [3, 3, 3]
    oracles.tighten_capacities()
    assert oracles.problem.capacity.tolist() == [2, 2, 2]
    outcome = run_levels(state_of(oracles), (ObjectiveLevel.PLACED,), NOBODY).levels[0]
    assert (outcome.value, outcome.bound) == (6, 6)
