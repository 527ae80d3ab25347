from __future__ import annotations

from itertools import pairwise
from random import Random

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.people import Roster
from matching.deadline import Deadline
from matching.search.column_generation import PricingOracles
from tests.matching.both_roles import both_roles
from tests.matching.brute_force import can_meet_together
from tests.matching.problem import problem_of

DEADLINE = Deadline(lambda: 0.0, None, lambda: False)


def random_choice(random: Random) -> tuple[Roster, Cycle, PricingOracles, list[int]]:
    """Return an instance, its oracles, and a choice of pairs that each coach can schedule alone."""
    roster, cycle = both_roles(random)
    places = [coach.model_copy(update={"capacity": 3}) for coach in roster.coaches]
    roster = roster.model_copy(update={"coaches": tuple(places)})
    oracles = PricingOracles(problem_of(roster, cycle), seed=0)
    chosen: list[int] = []
    coachees: set[int] = set()
    for pair in random.sample(range(oracles.problem.size), oracles.problem.size):
        coachee = int(oracles.problem.coachee[pair])
        wider = np.array(sorted([*chosen, pair]), dtype=np.int64)
        if coachee not in coachees and not oracles.infeasible_coaches(wider, DEADLINE):
            chosen.append(pair)
            coachees.add(coachee)
    return roster, cycle, oracles, sorted(chosen)


@pytest.mark.parametrize("seed", range(150))
def test_infeasible_sets_of_linked_coaches_are_exact_and_minimal(seed: int) -> None:
    roster, cycle, oracles, chosen = random_choice(Random(seed))
    if oracles.linked is None:
        return

    def possible(pairs: list[int]) -> bool:
        problem = oracles.problem
        placed = [(int(problem.coachee[pair]), int(problem.coach[pair])) for pair in pairs]
        return can_meet_together(roster, placed, cycle)

    infeasible = oracles.linked.infeasible_set(chosen, DEADLINE)
    assert (infeasible is None) == possible(chosen)
    if infeasible is not None:
        assert not possible(sorted(infeasible))
        assert all(possible(sorted(infeasible - {pair})) for pair in infeasible)


@pytest.mark.parametrize("seed", range(60))
def test_quick_test_never_accepts_an_infeasible_choice(seed: int) -> None:
    roster, cycle, oracles, wanted = random_choice(Random(seed))
    problem, linked = oracles.problem, oracles.linked
    chosen: list[int] = []
    for pair in wanted if linked else ():
        assert linked is not None
        if not linked.fits_quickly(pair, chosen):
            continue
        chosen.append(pair)
        for group in linked.groups(chosen):
            placed = [(int(problem.coachee[one]), int(problem.coach[one])) for one in group]
            assert can_meet_together(roster, placed, cycle)
            busy = linked.busy_times(linked.series(group, DEADLINE), without=-1)
            for sessions in busy.values():
                assert all(end <= start for (_, end), (start, _) in pairwise(sorted(sessions)))


def test_quick_test_accepts_most_feasible_choices() -> None:
    accepted = feasible = 0
    for seed in range(60):
        _roster, _cycle, oracles, wanted = random_choice(Random(seed))
        linked = oracles.linked
        for group in linked.groups(wanted) if linked else []:
            assert linked is not None
            pair = min(group)
            accepted += bool(linked.fits_quickly(pair, group - {pair}))
            feasible += linked.can_hold(group, DEADLINE)
    assert feasible >= accepted > 0.8 * feasible


def test_coaches_without_new_coachees_keep_their_timetables() -> None:
    kept = 0
    for seed in range(60):
        _roster, _cycle, oracles, wanted = random_choice(Random(seed))
        linked, coach = oracles.linked, oracles.problem.coach
        groups = linked.groups(wanted) if linked else []
        for group in groups:
            assert linked is not None
            for pair in sorted(group):
                rest = group - {pair}
                before = linked.series(rest, DEADLINE) if linked.can_hold(rest, DEADLINE) else {}
                if not before or not linked.fits_quickly(pair, rest):
                    continue
                after = linked.series(group, DEADLINE)
                others = {one for one in rest if coach[one] != coach[pair]}
                assert all(after[one] == before[one] for one in others)
                kept += len(others)
                break
    assert kept


def test_infeasible_sets_are_kept_until_a_subset_is_found() -> None:
    several = 0
    for seed in range(150):
        _roster, _cycle, oracles, left = random_choice(Random(seed))
        found: list[frozenset[int]] = []
        while oracles.linked and (core := oracles.linked.infeasible_set(left, DEADLINE)):
            found.append(core)
            left.remove(min(core))
            kept = oracles.linked.infeasible_sets
            assert all(any(one <= other for one in kept) for other in found)
            assert not any(one < other for one in kept for other in kept)
        several += len(found) > 1
    assert several
