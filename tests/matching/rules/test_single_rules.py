"""Cases of individual rules that are not covered by their examples."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from coach.languages import LanguageSkill
from coach.ranks import Rank, parse_code
from coach.texts.renderer import english
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
    reason = rule.reason(inputs.roster.coachees[0], inputs.roster.coaches[0], points)
    return points, english(reason)


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


def test_a_coach_of_another_unit_is_forbidden_by_the_chain_of_command() -> None:
    coachee = {"unit": "1st Brigade"}
    coach = {"unit": "Training Command", "chain_of_command": ["c"]}
    phrase = "the coach is, or was in the last 24 months, in the coachee's chain of command"
    assert points_and_phrase("unit", coachee, coach) == (FORBIDDEN, phrase)


@pytest.mark.parametrize(("place", "points"), [(1, 100), (2, 90), (10, 10), (11, 10), (15, 10)])
def test_a_preferred_coach_has_ten_points_less_for_each_place_and_never_below_ten(
    place: int, points: int
) -> None:
    prefers = [f"other {number}" for number in range(1, place)] + ["k"]
    phrase = f"number {place} on the coachee's list of preferred coaches"
    assert points_and_phrase("preference", {"prefers": prefers}, {}) == (points, phrase)


@pytest.mark.parametrize(
    ("requested", "offered", "expected"),
    [
        (["Policy"], ["policy ", "Training"], (100, "1 of 1 topic: Policy")),
        (["Policy", "policy"], ["Policy"], (100, "1 of 1 topic: Policy")),
        (["Policy", " "], [" "], (0, "the coach covers none of the coachee's topics")),
        ([" "], [" "], (100, "the coachee has not named any topics")),
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


@pytest.mark.parametrize(
    ("coachee", "coach", "expected"),
    [
        ("OR-1", "OR-1", (100, "both OR-1")),
        ("OF-5", "CIV~OF-5", (100, "OF-5 with coach CIV~OF-5, the same grade")),
        ("CIV", "CIV", (80, "CIV with coach CIV; no grade to compare")),
        ("CIV", "OF-5", (80, "CIV with coach OF-5; no grade to compare")),
        (
            "OF-4",
            "OF-3",
            (90, "OF-4 with coach OF-3, 1 grade junior; standard sensitivity allows 2"),
        ),
        (
            "OF-5",
            "OF-2",
            (
                FORBIDDEN,
                "OF-5 with coach OF-2, 3 grades junior; standard sensitivity allows 2",
            ),
        ),
    ],
)
def test_ranks_are_compared_by_grade_and_described_by_code(
    coachee: str, coach: str, expected: tuple[int, str]
) -> None:
    ranks = {"rank": parse_code(coachee)}, {"rank": parse_code(coach)}
    assert points_and_phrase("rank", *ranks) == expected


def test_a_senior_coach_has_ten_points_less_for_each_grade_and_never_below_0() -> None:
    coachee = Rank("lowest", 1, civilian=False)
    for grades in range(2, 13):
        coach = Rank("higher", 1 + grades, civilian=False)
        points, phrase = points_and_phrase("rank", {"rank": coachee}, {"rank": coach})
        assert points == max(100 - 10 * grades, 0)
        assert phrase == f"lowest with coach higher, {grades} grades senior"


@pytest.mark.parametrize(
    ("requested", "offered", "expected"),
    [
        ("a b c d e en", "en", (50, "both speak English")),
        ("a b c d e f en", "en", (50, "both speak English")),
        (
            "a b c d e f sr",
            "bs",
            (10, "Bosnian and Serbian, treated as a common language in this cycle"),
        ),
        ("bs sr en", "en sr", (90, "both speak Serbian")),
        (
            "en bs",
            "sr",
            (50, "Bosnian and Serbian, treated as a common language in this cycle"),
        ),
    ],
)
def test_the_common_language_with_the_most_points_counts(
    requested: str, offered: str, expected: tuple[int, str]
) -> None:
    coachee = {"languages": tuple(map(LanguageSkill, requested.split()))}
    coach = {"languages": tuple(map(LanguageSkill, offered.split()))}
    policy = {"rules": {"language": {"groups": [["bs", "sr"]]}}}
    assert points_and_phrase("language", coachee, coach, policy) == expected
