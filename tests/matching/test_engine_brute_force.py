"""The engine's values against every assignment and every timetable of tiny programmes."""

from __future__ import annotations

from itertools import count
from random import Random

import pytest

from coach.cycle import Cycle, ObjectiveLevel
from coach.people import Roster
from matching.audit import audit
from matching.engine import ImpossiblePinsError, SolveOptions, solve
from matching.result import Result
from tests.matching.brute_force import best_values
from tests.matching.crowded import crowded
from tests.matching.instances import random_cycle, random_roster


def solved(roster: Roster, cycle: Cycle, keep: Result | None = None) -> Result:
    """Solve by a clock that shows a different time whenever it is looked at."""
    ticks = count()
    return solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=lambda: float(next(ticks)),
        keep=keep,
    )


def values_agree(roster: Roster, cycle: Cycle, keep: Result | None = None) -> None:
    expected = best_values(roster, cycle, keep)
    if expected is None:
        with pytest.raises(ImpossiblePinsError):
            solved(roster, cycle, keep)
        return
    result = solved(roster, cycle, keep)
    levels = [level for level in result.levels if level.name is not ObjectiveLevel.SCHEDULE]
    assert [level.value for level in levels] == expected
    assert [level.bound for level in levels] == expected
    assert all(level.proven for level in levels)
    assert result.status == "optimal"
    assert audit(roster, cycle, result, keep) == ()


@pytest.mark.parametrize("seed", range(160))
def test_scarce_time(seed: int) -> None:
    values_agree(*crowded(Random(seed)))


@pytest.mark.parametrize("seed", range(60))
def test_every_rule(seed: int) -> None:
    random = Random(seed)
    roster = random_roster(random, random.randint(1, 5), random.randint(1, 3))
    values_agree(roster, random_cycle(random, roster))


@pytest.mark.parametrize("seed", range(40))
def test_an_earlier_result_is_kept_where_it_can_be(seed: int) -> None:
    roster, cycle = crowded(Random(seed))
    free = cycle.model_copy(update={"pins": {}})
    earlier = solved(roster, free)
    without_one = roster.model_copy(update={"coaches": roster.coaches[1:] or roster.coaches})
    values_agree(without_one, free, earlier)
