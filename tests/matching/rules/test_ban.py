"""The rule `ban`."""

from __future__ import annotations

import numpy as np

from matching.rules.ban import BanRule
from matching.rules.rule import MAX_POINTS
from tests.matching.rules.single_pair import pair_inputs


def test_a_ban_of_somebody_who_is_not_in_the_lists_forbids_no_pair() -> None:
    inputs = pair_inputs({}, {}, {"bans": {"c": ["gone"], "gone": ["k"]}})
    rule = BanRule(inputs)
    assert rule.evaluate(*np.ogrid[:1, :1]).tolist() == [[MAX_POINTS]]
