"""The texts of the page about the matching rules, which repeat the rules' docstrings.

A test checks that they are equal. Text in backquotes is code: names of settings and their values.
"""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import Fact, message

CONDITION = message("rule_page.condition", "condition")
POINTS = message("rule_page.points", "points")
CONDITION_AND_POINTS = message("rule_page.condition_and_points", "condition and points")
KINDS: Mapping[str, Fact] = {
    "condition": CONDITION(),
    "points": POINTS(),
    "condition and points": CONDITION_AND_POINTS(),
}
"""The label of each kind of rule."""

TEXTS: Mapping[str, tuple[Fact, ...]] = {
    "language": (
        message(
            "rule_page.text_language_1",
            "Coachee and coach have a language in common, both at or above the required level.",
        )(),
        message(
            "rule_page.text_language_2",
            "Points depend on the coachee's order of preference: 100 for the first language on "
            "their list and 10 fewer for each further position, but at least 50. Languages that "
            "the cycle's policy puts in one group count as common, with 40 points fewer; without a "
            "group, only the same language counts. If there are several common languages, the one "
            "with the most points counts.",
        )(),
    ),
    "country": (
        message(
            "rule_page.text_country_1",
            "Coachee and coach come from the same or different countries/territories, as required.",
        )(),
        # i18n: do not translate what is in backquotes.
        message(
            "rule_page.text_country_2",
            "`same` and `different` are conditions. `prefer-same` and `prefer-different` give 100 "
            "points if the preference is met and 0 if it is not; with the other relations, every "
            "allowed pair gets 100 points. If the cycle file excludes a pair of "
            "countries/territories, people from the two are never matched, whichever of them is "
            "the coach.",
        )(),
    ),
    "rank": (
        message(
            "rule_page.text_rank_1",
            "The coach is not further below the coachee in rank than the coachee's sensitivity "
            "allows.",
        )(),
        message(
            "rule_page.text_rank_2",
            "The cycle sets the number of grades for each sensitivity: strict, standard and "
            "relaxed. A person without a grade, such as an external civilian expert, is acceptable "
            "to everyone. A coachee who requests a coach in uniform is matched only with a coach "
            "who has a military rank.",
        )(),
        message(
            "rule_page.text_rank_3",
            "Points: 100 for the same grade and 10 fewer for each grade of difference, in either "
            "direction; 80 if either person has no grade.",
        )(),
    ),
    "unit": (
        message(
            "rule_page.text_unit_1",
            "A coachee is never coached by someone from their own unit or chain of command.",
        )(),
        message(
            "rule_page.text_unit_2",
            "Units are compared by name, ignoring case and surrounding spaces. For each coach, the "
            "coaches' file lists the people (by id) and units (by name) whose chain of command "
            "includes the coach, now or in the last 24 months. No policy can lift this rule.",
        )(),
    ),
    "same-person": (
        message("rule_page.text_same_person_1", "Nobody coaches themselves.")(),
        # i18n: `person` is the name of a column; do not translate it.
        message(
            "rule_page.text_same_person_2",
            "A coachee and a coach are the same person if their rows have the same `person`, or "
            "the same email address and the same name; case, accents and script do not matter. An "
            "equal address alone is not enough. No policy can lift this rule. It is applied only "
            "in cycles in which somebody is both coachee and coach.",
        )(),
    ),
    "refusal": (
        message(
            "rule_page.text_refusal_1",
            "Anyone may refuse a person without giving a reason, and is never matched with them.",
        )(),
        message(
            "rule_page.text_refusal_2",
            "Only the programme manager can see that there was a refusal, and no one can see which "
            "of the two refused.",
        )(),
    ),
    "ban": (
        message(
            "rule_page.text_ban_1",
            "Pairs that the programme manager has ruled out in the cycle file are never matched.",
        )(),
    ),
    "repeat": (
        message(
            "rule_page.text_repeat_1",
            "Two people who were a pair in an earlier cycle are not a pair again, if the cycle "
            "says so.",
        )(),
        # i18n: what is in backquotes are names in files; do not translate it.
        message(
            "rule_page.text_repeat_2",
            "With `forbid`, such pairs are never matched. With `avoid`, they are allowed, but the "
            "level `repeat` makes them as few as possible. People are recognised across cycles by "
            "`person`, or by email address and name. The rule is applied only if results of "
            "earlier cycles are given and one of their pairs is found.",
        )(),
    ),
    "topics": (
        message(
            "rule_page.text_topics_1",
            "How many of the coachee's topics the coach has expertise in.",
        )(),
        message(
            "rule_page.text_topics_2",
            "Points are the percentage of the coachee's topics that the coach also lists, rounded "
            "down. Topics are compared by name, ignoring case and surrounding spaces. If the "
            "coachee names no topic, every coach gets 100.",
        )(),
    ),
    "preference": (
        message(
            "rule_page.text_preference_1",
            "Whether the coachee would like this coach, and how high the coach is on their list.",
        )(),
        message(
            "rule_page.text_preference_2",
            "The first coach on the coachee's list gets 100 points and each further one 10 fewer, "
            "but at least 10. A coach who is not on the list gets 0. If the coachee states no "
            "preference, every coach gets 100.",
        )(),
    ),
    "availability": (
        message(
            "rule_page.text_availability_1",
            "How much free time the two have in common, relative to what their sessions need.",
        )(),
        message(
            "rule_page.text_availability_2",
            "The rule counts the start times, on the cycle's grid, of sessions for which both are "
            "free. A pair with at least 20 such start times for each session of the series gets "
            "100 points; with fewer, the points are proportional, rounded down. Points do not "
            "depend on whether the sessions fit with the required gaps: a pair that cannot meet "
            "often enough is never matched.",
        )(),
    ),
}
"""The paragraphs about each rule."""
