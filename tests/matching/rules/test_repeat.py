"""The rule on pairs of earlier cycles, for lists of several people."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from coach.people import Roster
from coach.texts.renderer import english
from matching.rules import FORBIDDEN, RuleInputs
from matching.rules.repeat import RepeatRule
from matching.rules.rule import MAX_POINTS
from tests.matching.rules.single_pair import pair_inputs

FORBID = {"rules": {"repeat": {"earlier": "forbid"}}}


def inputs_of(coachees: int, coaches: int, earlier: tuple[tuple[str, str], ...]) -> RuleInputs:
    """Return the inputs for people `c0`, `c1`, ... and `k0`, `k1`, ..."""
    single = pair_inputs({}, {}, FORBID)
    (coachee,), (coach,) = single.roster.coachees, single.roster.coaches
    roster = Roster(
        coachees=tuple(coachee.model_copy(update={"id": f"c{n}"}) for n in range(coachees)),
        coaches=tuple(coach.model_copy(update={"id": f"k{n}"}) for n in range(coaches)),
        earlier_pairs=earlier,
    )
    return replace(single, roster=roster)


@pytest.mark.parametrize(("coachees", "coaches"), [(4, 2), (2, 4)])
def test_only_pairs_of_earlier_cycles_are_forbidden(coachees: int, coaches: int) -> None:
    earlier = (("c0", "k1"), (f"c{coachees - 1}", f"k{coaches - 1}"), ("c1", "gone"))
    rule = RepeatRule(inputs_of(coachees, coaches, earlier))
    points = rule.evaluate(np.arange(coachees)[:, None], np.arange(coaches)[None, :])
    expected = np.full((coachees, coaches), MAX_POINTS)
    expected[0, 1] = expected[-1, -1] = FORBIDDEN
    assert points.tolist() == expected.tolist()


def test_names_of_cycles_for_another_number_of_pairs_are_refused() -> None:
    inputs = inputs_of(1, 1, (("c0", "k0"),))
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
