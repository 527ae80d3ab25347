"""The rule on pairs from earlier cycles, for lists of several people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coach.texts.renderer import english
from matching.rules import FORBIDDEN
from matching.rules.evaluation import RuleEvaluator
from matching.rules.repeat import RepeatRule
from matching.rules.rule import MAX_POINTS
from tests.matching.rules.single_pair import alike_inputs, pair_inputs

FORBID = {"rules": {"repeat": {"earlier": "forbid"}}}


@pytest.mark.parametrize(("coachees", "coaches"), [(4, 2), (2, 4)])
def test_only_pairs_of_earlier_cycles_are_forbidden(coachees: int, coaches: int) -> None:
    earlier = (("c0", "k1"), (f"c{coachees - 1}", f"k{coaches - 1}"), ("c1", "gone"))
    rule = RepeatRule(alike_inputs(coachees, coaches, FORBID, earlier_pairs=earlier))
    points = rule.evaluate(np.arange(coachees)[:, None], np.arange(coaches)[None, :])
    expected = np.full((coachees, coaches), MAX_POINTS)
    expected[0, 1] = expected[-1, -1] = FORBIDDEN
    assert points.tolist() == expected.tolist()


def test_names_of_cycles_for_another_number_of_pairs_are_refused() -> None:
    inputs = alike_inputs(1, 1, FORBID, earlier_pairs=(("c0", "k0"),))
    roster = inputs.roster.model_copy(update={"earlier_cycles": (("2025",), ("2026",))})
    with pytest.raises(ValueError, match="zip"):
        RepeatRule(replace(inputs, roster=roster))


@pytest.mark.parametrize(
    ("policy", "applies", "marks"),
    [("allow", False, False), ("avoid", False, True), ("forbid", True, False)],
)
def test_policy_says_whether_earlier_pairs_are_forbidden_or_marked(
    policy: str, applies: bool, marks: bool
) -> None:
    rules = {"rules": {"repeat": {"earlier": policy}}}
    known = pair_inputs({}, {}, rules, earlier=True)
    assert (RepeatRule.applies(known), RepeatRule.marks(known)) == (applies, marks)
    unknown = pair_inputs({}, {}, rules)
    assert (RepeatRule.applies(unknown), RepeatRule.marks(unknown)) == (False, False)


@pytest.mark.parametrize(
    ("names", "phrase"),
    [
        (("2025", "2026"), "a pair in 2025, 2026, which is allowed"),
        ((), "a pair in an earlier cycle, which is allowed"),
    ],
)
def test_reason_names_the_cycles_in_which_the_two_were_a_pair(
    names: tuple[str, ...], phrase: str
) -> None:
    inputs = pair_inputs({}, {}, {"rules": {"repeat": {"earlier": "avoid"}}}, earlier=True)
    roster = inputs.roster.model_copy(update={"earlier_cycles": (names,)})
    rule = RepeatRule(replace(inputs, roster=roster))
    assert english(rule.reason(roster.coachees[0], roster.coaches[0], MAX_POINTS)) == phrase


def test_chosen_pair_of_an_earlier_cycle_is_marked_without_points_if_it_is_avoided() -> None:
    inputs = pair_inputs({}, {}, {"rules": {"repeat": {"earlier": "avoid"}}}, earlier=True)
    (mark,) = (one for one in RuleEvaluator(inputs).verdicts(0, 0) if one.rule == "repeat")
    assert (mark.weight, mark.points) == (0, MAX_POINTS)
    assert english(mark.reason) == "a pair in an earlier cycle, which is allowed"
