"""A first plan is made regardless of the time limit; its effort is limited by work, not time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from coach.cycle import Cycle
from coach.objective import ObjectiveLevel, ObjectivePolicy
from coach.people import Roster
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.errors import NoUsableResultError
from matching.progress import Phase, Progress
from matching.result import Result
from tests.bench.instances import TIGHT, instance

LIMIT = 10.0
SMALL = replace(TIGHT, coachees=45, coaches=12)
PART = (ObjectiveLevel.PLACED,), (ObjectiveLevel.PLACED, ObjectiveLevel.TOTAL)


def _solved(
    roster: Roster, cycle: Cycle, passes_at: Callable[[Progress], bool], limit: float = LIMIT
) -> Result:
    """Solve with a clock that passes the limit once `passes_at` is true for a report."""
    seconds = 0.0

    def report(progress: Progress) -> None:
        nonlocal seconds
        if passes_at(progress):
            seconds = 2 * limit

    options = SolveOptions(time_limit_seconds=limit, explain=False)
    return solve(
        roster, cycle, options=options, input_sha256="", clock=lambda: seconds, report=report
    )


def _judging(progress: Progress) -> bool:
    return progress.phase is Phase.JUDGING


def _matching(progress: Progress) -> bool:
    return progress.phase is Phase.MATCHING


def _first_level(progress: Progress) -> bool:
    return progress.level is ObjectiveLevel.PLACED


def _last_level(progress: Progress) -> bool:
    return progress.level is ObjectiveLevel.TOTAL


def _with_levels(cycle: Cycle, levels: tuple[ObjectiveLevel, ...]) -> Cycle:
    return cycle.model_copy(update={"objective": ObjectivePolicy(levels=levels)})


@pytest.fixture(scope="module")
def people() -> tuple[Roster, Cycle]:
    """Return a cycle in which some coachees cannot be placed."""
    return instance(SMALL, 1)


@pytest.fixture(scope="module")
def most(people: tuple[Roster, Cycle]) -> int:
    """Return the number of coachees that a run without a limit places."""
    roster, cycle = people
    cycle = _with_levels(cycle, PART[0])
    return len(_solved(roster, cycle, lambda _progress: False).matches)


@pytest.mark.parametrize("passes_at", [_judging, _matching, _first_level, _last_level])
def test_plan_at_a_limit_is_as_good_as_with_a_part_of_the_levels(
    people: tuple[Roster, Cycle], most: int, passes_at: Callable[[Progress], bool]
) -> None:
    roster, cycle = people
    result = _solved(roster, cycle, passes_at)
    assert result.cut_short
    assert audit(roster, cycle, result) == ()
    assert len(result.matches) >= 0.9 * most
    for levels in PART:
        found = _solved(roster, _with_levels(cycle, levels), passes_at)
        assert result.levels[0].value >= found.levels[0].value


def test_equal_runs_are_equal_wherever_the_clock_passes_the_limit_before_a_plan(
    people: tuple[Roster, Cycle],
) -> None:
    plans = [_solved(*people, passes_at).matches for passes_at in (_judging, _matching)]
    assert plans[0] == plans[1]


def test_shorter_limit_gives_no_plan_if_it_passes_before_there_is_one(
    people: tuple[Roster, Cycle],
) -> None:
    with pytest.raises(NoUsableResultError):
        _solved(*people, _judging, limit=1.0)
