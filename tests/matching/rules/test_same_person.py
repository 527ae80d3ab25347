"""The rule against coaching oneself, for lists of several people."""

from __future__ import annotations

import numpy as np
import pytest

from matching.rules import FORBIDDEN
from matching.rules.rule import MAX_POINTS
from matching.rules.same_person import SamePersonRule
from tests.matching.rules.single_pair import alike_inputs


@pytest.mark.parametrize(("coachees", "coaches"), [(4, 3), (3, 4)])
def test_only_pairs_of_one_human_are_forbidden(coachees: int, coaches: int) -> None:
    persons = {"c0": "P-1", "k2": "P-1", "c2": "P-2", "k0": "P-2"}
    inputs = alike_inputs(coachees, coaches, {}, persons=persons)
    assert SamePersonRule.applies(inputs) is True
    points = SamePersonRule(inputs).evaluate(
        np.arange(coachees)[:, None], np.arange(coaches)[None, :]
    )
    expected = np.full((coachees, coaches), MAX_POINTS)
    expected[0, 2] = expected[2, 0] = FORBIDDEN
    assert points.tolist() == expected.tolist()


def test_rule_is_left_out_if_nobody_has_both_roles() -> None:
    assert SamePersonRule.applies(alike_inputs(2, 2, {}, persons={"c0": "P-1"})) is False
