"""Cases of single rules that their examples do not show."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from matching.rules import FORBIDDEN, RULES, Rule
from matching.rules.rule import MAX_POINTS
from tests.matching.rules.single_pair import pair_inputs

RULE = {rule.name: rule for rule in RULES}
Fields = Mapping[str, object]


def points_and_phrase(
    name: str, coachee: Fields, coach: Fields, policy: Fields | None = None
) -> tuple[int, str]:
    inputs = pair_inputs(coachee, coach, policy or {})
    rule: Rule = RULE[name](inputs)
    points = int(rule.evaluate(np.array([[0]]), np.array([[0]]))[0, 0])
    return points, rule.because(inputs.roster.coachees[0], inputs.roster.coaches[0], points)


def test_a_ban_of_people_who_are_not_in_the_lists_forbids_no_pair() -> None:
    policy = {"bans": {"c": ["other"], "other": ["k"]}}
    assert points_and_phrase("ban", {}, {}, policy)[0] == MAX_POINTS


@pytest.mark.parametrize(
    ("coachee", "coach", "expected"),
    [
        ({"other"}, {"other"}, MAX_POINTS),
        ({"other", "k"}, set(), FORBIDDEN),
        (set(), {"c", "other"}, FORBIDDEN),
    ],
)
def test_a_refusal_forbids_the_pair_only_if_it_names_the_other_person(
    coachee: set[str], coach: set[str], expected: int
) -> None:
    refusals = {"refuses": frozenset(coachee)}, {"refuses": frozenset(coach)}
    assert points_and_phrase("refusal", *refusals)[0] == expected


@pytest.mark.parametrize(("place", "points"), [(1, 100), (2, 90), (10, 10), (11, 10), (15, 10)])
def test_a_preferred_coach_has_ten_points_less_for_each_place_and_never_below_ten(
    place: int, points: int
) -> None:
    prefers = [f"other {number}" for number in range(1, place)] + ["k"]
    phrase = f"the coachee's choice number {place}"
    assert points_and_phrase("preference", {"prefers": prefers}, {}) == (points, phrase)


@pytest.mark.parametrize(
    ("requested", "offered", "expected"),
    [
        (["Policy"], ["policy ", "Training"], (100, "1 of 1 topics: Policy")),
        (["Policy", "policy"], ["Policy"], (100, "1 of 1 topics: Policy")),
        (["Policy", " "], [" "], (0, "none of the coachee's topics")),
        ([" "], [" "], (100, "the coachee names no topic")),
        (["A", "B", "C"], ["C", "A"], (66, "2 of 3 topics: A, C")),
    ],
)
def test_topics_count_once_in_any_spelling_and_blank_ones_do_not_count(
    requested: list[str], offered: list[str], expected: tuple[int, str]
) -> None:
    assert points_and_phrase("topics", {"topics": requested}, {"topics": offered}) == expected


def test_topics_beyond_the_first_64_count_too() -> None:
    requested = [f"topic {number}" for number in range(150)]
    points, _ = points_and_phrase("topics", {"topics": requested}, {"topics": requested[::2]})
    assert points == 50
