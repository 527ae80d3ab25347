"""Messages for rules' reasons on pages and in reports."""

from __future__ import annotations

from coach.texts.facts import FACT, NUMBER, TERRITORY, message, plural_message

BOTH_COUNTRY = message("reason.both_country", "both from {country}", country=TERRITORY)
TWO_COUNTRIES = message(
    "reason.two_countries", "{first} and {second}", first=TERRITORY, second=TERRITORY
)
# i18n: ranks, such as "OF-5", "civilian" or "civilian equivalent to OF-8".
SAME_RANK = message("reason.same_rank", "both {rank}", rank=FACT)
SAME_GRADE = message(
    "reason.same_grade",
    "the coachee ({coachee}) and the coach ({coach}) have the same grade",
    coachee=FACT,
    coach=FACT,
)
SENIOR = plural_message(
    "reason.senior",
    "the coach ({coach}) is {count} grade senior to the coachee ({coachee})",
    "the coach ({coach}) is {count} grades senior to the coachee ({coachee})",
    coachee=FACT,
    coach=FACT,
    count=NUMBER,
)
# i18n: {allowance} is what the policy allows: "standard sensitivity allows 2"
JUNIOR = plural_message(
    "reason.junior",
    "the coach ({coach}) is {count} grade junior to the coachee ({coachee}); {allowance}",
    "the coach ({coach}) is {count} grades junior to the coachee ({coachee}); {allowance}",
    coachee=FACT,
    coach=FACT,
    count=NUMBER,
    allowance=FACT,
)
NO_GRADE = message(
    "reason.no_grade",
    "the coachee ({coachee}) and the coach ({coach}) cannot be compared by grade",
    coachee=FACT,
    coach=FACT,
)
NOT_UNIFORMED = message(
    "reason.not_uniformed",
    "a coach in uniform is required, but this coach is not ({rank})",
    rank=FACT,
)
