from __future__ import annotations

from dataclasses import replace
from datetime import date
from random import Random

import numpy as np
import pytest

from matching.instance.availability_grid import build_availability_grid
from matching.instance.partial_cycle import FixedHistory, UnderWay
from matching.rules import RuleInputs
from matching.rules.schedule import can_meet
from tests.matching.crowded import crowded
from tests.matching.reference import can_meet as has_a_series
from tests.matching.rules.single_pair import pair_inputs


@pytest.mark.parametrize("seed", range(30))
def test_pairs_in_any_order_can_meet_if_they_have_a_series_by_themselves(seed: int) -> None:
    random = Random(seed)
    roster, cycle = crowded(random)
    inputs = RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
    pairs = [
        (row, column)
        for row in range(len(roster.coachees))
        for column in range(len(roster.coaches))
    ]
    chosen = random.choices(pairs, k=4)  # some of them, unsorted, and some repeatedly
    rows, columns = (np.array(part, dtype=np.int32) for part in zip(*chosen, strict=True))
    expected = [
        has_a_series(roster.coachees[row], roster.coaches[column], cycle) for row, column in chosen
    ]
    assert can_meet(inputs, rows, columns).tolist() == expected


@pytest.mark.parametrize(("reached", "expected"), [({}, [False]), ({"c": 1}, [True])])
def test_a_pair_of_a_cycle_in_progress_can_meet_if_its_remaining_sessions_fit(
    reached: dict[str, int], expected: list[bool]
) -> None:
    policy = {
        "cycle": {"start": date(2027, 1, 18), "end": date(2027, 1, 31)},
        "sessions": {"count": 2, "min_gap_days": 7, "max_gap_days": 7},
    }
    inputs = pair_inputs({}, {}, policy)  # available on Mondays, of which one remains
    progress = UnderWay(not_before=date(2027, 1, 20), reached=reached)
    inputs = replace(inputs, history=FixedHistory(inputs.cycle, progress, None))
    pair = np.zeros(1, dtype=np.int32)
    assert can_meet(inputs, pair, pair).tolist() == expected


def test_the_check_of_a_pair_can_be_stopped() -> None:
    def stop() -> None:
        raise InterruptedError

    pair = np.zeros(1, dtype=np.int32)
    with pytest.raises(InterruptedError):
        can_meet(pair_inputs({}, {}, {}), pair, pair, on_block=stop)
