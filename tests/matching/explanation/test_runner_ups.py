"""Runner-ups of all matches, computed together, compared with solving again for each match."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import example, given, settings

from coach.cycle import Cycle
from coach.objective import LISTED_LEVELS, ObjectiveLevel
from coach.people import Roster
from matching.deadline import Deadline
from matching.engine import SolveOptions, solve
from matching.explanation import RunnerUp
from matching.explanation.runner_ups import RunnerUps
from matching.result import Result
from tests.bench.instances import REGION, TIGHT, InstanceClass, instance
from tests.matching.explanation.resolve import runner_up
from tests.matching.instances import random_cycle, random_roster, randoms


def clock() -> float:
    return 0.0


def best(roster: Roster, cycle: Cycle, keep: Result | None = None) -> Result:
    options = SolveOptions(explain=False)
    return solve(roster, cycle, options=options, input_sha256="", clock=clock, keep=keep)


def _values(one: RunnerUp | None) -> object:
    """Return the price and the number of coachees who move; equal plans may have other coaches."""
    if one is None:
        return None
    assert one.proven
    kept = sum(move.before is not None for move in one.moves)
    return [(level.name, level.before, level.after) for level in one.price], kept


@pytest.mark.slow
@example(Random(2719359))  # the matches are not decided in order
@example(Random(267))  # no plan without the match satisfies the other pins and the share
@given(randoms)
@settings(max_examples=40, deadline=None)
def test_runner_ups_of_all_matches_equal_solving_each_again(random: Random) -> None:
    roster = random_roster(random, random.choice([2, 3, 4, 5]), random.choice([2, 3]))
    cycle = random_cycle(random, roster)
    levels = tuple(one for one in LISTED_LEVELS if one is not ObjectiveLevel.KEPT)
    left_out = random.choice([None, ObjectiveLevel.WORST, ObjectiveLevel.TOTAL])
    levels = tuple(one for one in levels if one is not left_out)
    share = random.choice([0.0, 0.0, 0.5])
    country = cycle.rules.country.model_copy(update={"minimum_cross_border_share": share})
    cycle = cycle.model_copy(
        update={
            "rules": cycle.rules.model_copy(update={"country": country}),
            "objective": cycle.objective.model_copy(update={"levels": levels}),
        }
    )
    result = best(roster, cycle)
    if result.matches and random.random() < 0.5:
        pin = random.choice(result.matches)
        cycle = cycle.model_copy(update={"pins": {pin.coachee: pin.coach}})
    found = dict(RunnerUps(roster, cycle, result, Deadline(clock, None, lambda: False)).all())
    assert sorted(found) == sorted(match.coachee for match in result.matches)
    for match in result.matches:
        again = runner_up(roster, cycle, result, match, best)
        assert _values(found[match.coachee]) == _values(again), match.coachee


SCARCE = replace(TIGHT, coachees=40, coaches=10, capacity=(2, 5), priority=(1, 2))
ROOMY = replace(SCARCE, windows=(2, 3), coachees=30)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("shape", [SCARCE, ROOMY], ids=["scarce", "roomy"])
def test_fast_methods_give_the_same_runner_ups_as_solving_each(
    shape: InstanceClass, seed: int
) -> None:
    roster, cycle = instance(shape, seed)
    result = best(roster, cycle)
    never = Deadline(clock, None, lambda: False)
    all_at_once = RunnerUps(roster, cycle, result, never)
    found = dict(all_at_once.all())
    one_by_one = RunnerUps(roster, cycle, result, never)
    for match in result.matches:
        assert _values(found[match.coachee]) == _values(one_by_one.of(match))


def test_runner_ups_of_a_region_are_complete_and_consistent() -> None:
    roster, cycle = instance(REGION, 5)
    result = best(roster, cycle)
    found = dict(RunnerUps(roster, cycle, result, Deadline(clock, None, lambda: False)).all())
    assert len(found) == len(result.matches) > 50
    points = {match.coachee: match.points for match in result.matches}
    coaches = {match.coachee: match.coach for match in result.matches}
    for coachee, one in found.items():
        if one is None:
            continue
        assert one.coach != coaches[coachee]
        assert one.points == sum(verdict.points * verdict.weight for verdict in one.verdicts)
        total = next(level for level in one.price if level.name is ObjectiveLevel.TOTAL)
        assert total.before == sum(points.values())
        if not one.moves:
            assert total.gain == one.points - points[coachee]


def test_runner_ups_out_of_time_omit_matches() -> None:
    roster, cycle = instance(REGION, 5)
    result = best(roster, cycle)
    ticks = iter(range(10**9))
    deadline = Deadline(lambda: float(next(ticks)), 150, lambda: False)
    found = dict(RunnerUps(roster, cycle, result, deadline).all())
    assert len(found) < len(result.matches)


def test_matches_of_many_pairs_are_not_solved_again() -> None:
    roster, cycle = instance(SCARCE, 1)
    result = best(roster, cycle)
    deadline = Deadline(clock, None, lambda: False)
    everybody = list(RunnerUps(roster, cycle, result, deadline).all(most_pairs=10**6))
    some = list(RunnerUps(roster, cycle, result, deadline).all(most_pairs=1))
    assert some == everybody[: len(some)]
    assert len(some) < len(everybody) == len(result.matches)
