"""The situations of the rules' examples, as shown on the page about the matching rules.

A test compares them with the examples. Text in backquotes is code.
"""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import Fact, message

SITUATIONS: Mapping[str, tuple[Fact, ...]] = {
    "language": (
        message(
            "rule_page.example_language_1",
            "Both speak the coachee's first language.",
        )(),
        message(
            "rule_page.example_language_2",
            "The common language is second on the coachee's list.",
        )(),
        message(
            "rule_page.example_language_3",
            "One of the two speaks the common language below the required level.",
        )(),
        message(
            "rule_page.example_language_4",
            "Two languages that this cycle puts in one group.",
        )(),
        message(
            "rule_page.example_language_5",
            "The same two languages without a group.",
        )(),
    ),
    "country": (
        message(
            "rule_page.example_country_1",
            "Any two countries will do.",
        )(),
        message(
            "rule_page.example_country_2",
            "The cycle prefers cross-border pairs.",
        )(),
        message(
            "rule_page.example_country_3",
            "The cycle allows only cross-border pairs.",
        )(),
        message(
            "rule_page.example_country_4",
            "The pair of countries is excluded.",
        )(),
    ),
    "rank": (
        message(
            "rule_page.example_rank_1",
            "The same rank.",
        )(),
        message(
            "rule_page.example_rank_2",
            "A coach two grades junior, standard sensitivity.",
        )(),
        message(
            "rule_page.example_rank_3",
            "A coach one grade junior, strict sensitivity.",
        )(),
        message(
            "rule_page.example_rank_4",
            "An external expert without a grade.",
        )(),
        message(
            "rule_page.example_rank_5",
            "The coachee requests a coach in uniform.",
        )(),
    ),
    "unit": (
        message(
            "rule_page.example_unit_1",
            "Different units.",
        )(),
        message(
            "rule_page.example_unit_2",
            "The same unit, with different case and spacing.",
        )(),
        message(
            "rule_page.example_unit_3",
            "No unit is stated.",
        )(),
        message(
            "rule_page.example_unit_4",
            "The coach was the coachee's superior.",
        )(),
        message(
            "rule_page.example_unit_5",
            "The coachee's unit is in the coach's chain of command.",
        )(),
    ),
    "same-person": (
        message("rule_page.example_same_person_1", "Two people who share a mailbox.")(),
        message(
            "rule_page.example_same_person_2",
            "The same address, and the same name in another script.",
        )(),
        # i18n: `person` is the name of a column; do not translate it.
        message("rule_page.example_same_person_3", "The same value of `person`.")(),
    ),
    "refusal": (
        message(
            "rule_page.example_refusal_1",
            "Neither refused the other.",
        )(),
        message(
            "rule_page.example_refusal_2",
            "The coachee refused the coach.",
        )(),
        message(
            "rule_page.example_refusal_3",
            "The coach refused the coachee.",
        )(),
    ),
    "ban": (
        message(
            "rule_page.example_ban_1",
            "The pair is not ruled out.",
        )(),
        message(
            "rule_page.example_ban_2",
            "The pair is ruled out.",
        )(),
    ),
    "repeat": (
        message(
            "rule_page.example_repeat_1",
            "The two were a pair in an earlier cycle, and the cycle forbids such pairs.",
        )(),
        message(
            "rule_page.example_repeat_2",
            "The two were a pair in an earlier cycle, and the cycle avoids such pairs.",
        )(),
        message(
            "rule_page.example_repeat_3",
            "The two have not been a pair before.",
        )(),
    ),
    "topics": (
        message(
            "rule_page.example_topics_1",
            "One of the coachee's two topics.",
        )(),
        message(
            "rule_page.example_topics_2",
            "None of the coachee's topics.",
        )(),
        message(
            "rule_page.example_topics_3",
            "The coachee has not named any topics.",
        )(),
    ),
    "preference": (
        message(
            "rule_page.example_preference_1",
            "The second choice.",
        )(),
        message(
            "rule_page.example_preference_2",
            "Not on the list.",
        )(),
        message(
            "rule_page.example_preference_3",
            "No preference.",
        )(),
    ),
    "availability": (
        message(
            "rule_page.example_availability_1",
            "One morning a week in common, for six months.",
        )(),
        message(
            "rule_page.example_availability_2",
            "No weekday in common.",
        )(),
    ),
}
"""The situation of each example of a rule."""
