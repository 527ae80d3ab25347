from __future__ import annotations

from random import Random

import numpy as np
import pytest

from matching.instance.availability_grid import build_availability_grid
from matching.rules import RuleInputs
from matching.rules.schedule import can_meet
from tests.matching.crowded import crowded
from tests.matching.reference import can_meet as has_a_series


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
    chosen = random.choices(pairs, k=4)  # a part of them, unsorted, some repeated
    rows, columns = (np.array(part, dtype=np.int32) for part in zip(*chosen, strict=True))
    expected = [
        has_a_series(roster.coachees[row], roster.coaches[column], cycle) for row, column in chosen
    ]
    assert can_meet(inputs, rows, columns).tolist() == expected
