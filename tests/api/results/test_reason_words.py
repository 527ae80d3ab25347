"""The reasons given by rules are shown with country names and with ranks in words."""

from __future__ import annotations

import pytest

from api.results.reason_words import in_words
from coach.texts.facts import Fact
from coach.texts.renderer import english
from matching.facts import rules as facts
from matching.facts.names import rule_name

AL_AND_HR = facts.TWO_COUNTRIES(first="AL", second="HR")
RANKS = {"coachee_rank": "CIV~OF-8", "coach_rank": "OF-5"}
ALLOWANCE = facts.NO_RANK_ALLOWANCES["strict"]()


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (
            facts.COUNTRY_RELATIONS["prefer-different"](countries=AL_AND_HR),
            "Albania and Croatia; this cycle prefers different countries/territories",
        ),
        (
            facts.COUNTRY_EXCLUDED(countries=facts.BOTH_COUNTRY(country="AL")),
            "both from Albania; this cycle excludes this combination",
        ),
        (facts.SAME_RANK(rank="OF-5"), "both OF-5"),
        (
            facts.SAME_GRADE(coachee_rank="OF-5", coach_rank="CIV~OF-5"),
            "the coachee (OF-5) and the coach (civilian equivalent to OF-5) have the same grade",
        ),
        (
            facts.SENIOR(coachee_rank="OF-5", coach_rank="OF-6", count=1),
            "the coach (OF-6) is 1 grade senior to the coachee (OF-5)",
        ),
        (
            facts.JUNIOR(**RANKS, count=3, allowance=ALLOWANCE),
            (
                "the coach (OF-5) is 3 grades junior to the coachee (civilian equivalent to OF-8); "
                "strict sensitivity allows none"
            ),
        ),
        (
            facts.NO_GRADE(coachee_rank="OF-7", coach_rank="CIV"),
            "the coachee (OF-7) and the coach (civilian) cannot be compared by grade",
        ),
        (
            facts.NOT_UNIFORMED(rank="CIV>OF-10"),
            "a coach in uniform is required, but this coach is not (civilian above OF-10)",
        ),
        (
            facts.OBJECTION(
                rule=rule_name("rank"),
                reason=facts.WAIVED(reason=facts.NOT_UNIFORMED(rank="CIV"), waiver="agreed"),
            ),
            (
                "rank: waived (agreed); without the waiver, the rule would forbid this pair: "
                "a coach in uniform is required, but this coach is not (civilian)"
            ),
        ),
        (
            facts.NO_GRADE(coachee_rank="?", coach_rank="OF-5"),
            "the coachee (?) and the coach (OF-5)",
        ),
    ],
)
def test_reason_is_in_words(reason: Fact, words: str) -> None:
    assert english(in_words(reason)).startswith(words)


def test_other_messages_stay_as_they_are() -> None:
    other = facts.COMMON_TOPICS(common=1, count=2, topics=["OF-5", "AL"])
    assert in_words(other) == other
    assert in_words("AL and HR") == "AL and HR"
