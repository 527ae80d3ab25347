"""Cycles across time zones, clock changes and date lines, compared with plain arithmetic."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matching.result import Result
from tests.force.world_cycles import contradictions, faults
from tests.matching.planner import shifted
from tests.matching.test_clock_changes import CYCLE, ROSTER, run
from tests.seeds import seeds


@pytest.mark.parametrize("seed", [*seeds(range(50), quick=2), 3066])  # 3066: a skipped day
def test_random_cycle_has_a_sound_result(seed: int) -> None:
    assert faults(seed) == []


def test_session_that_is_moved_contradicts_the_plain_reading() -> None:
    result = run()
    assert list(contradictions(ROSTER, CYCLE, result)) == []
    (match,) = result.matches
    first = shifted(match.sessions[0], timedelta(minutes=30))
    moved = match.model_copy(update={"sessions": (first, *match.sessions[1:])})
    broken: Result = result.model_copy(update={"matches": (moved,)})
    assert any("is not free" in one for one in contradictions(ROSTER, CYCLE, broken))
