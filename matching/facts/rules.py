"""Messages of the rules: the reasons for their points, for use within sentences and tables.

Countries, ranks, language levels and topics are shown as they are written in the files.
"""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import (
    FACT,
    LANGUAGE,
    NUMBER,
    TEXT,
    Message,
    all_of,
    joined,
    listed,
    message,
    plural_message,
)

COMMON_LANGUAGE = message("language.common", "both speak {language}", language=LANGUAGE)
LANGUAGE_GROUP = message(
    "language.group",
    "{languages}, treated as a common language in this cycle",
    languages=all_of(LANGUAGE),
)
NO_COMMON_LANGUAGE = message(
    "language.none", "no common language at level {level} or above", level=TEXT
)
BOTH_COUNTRY = message("country.both", "both from {country}", country=TEXT)
TWO_COUNTRIES = message("country.two", "{first} and {second}", first=TEXT, second=TEXT)
# i18n: {countries} is "both AL", or "AL and ME"
COUNTRY_EXCLUDED = message(
    "country.excluded", "{countries}; this cycle excludes this combination", countries=FACT
)
# The reasons by `[rules.country] relation`.
COUNTRY_RELATIONS: Mapping[str, Message] = {
    "any": message("country.any", "{countries}; this cycle has no preference", countries=FACT),
    "same": message(
        "country.same",
        "{countries}; this cycle requires the same country/territory",
        countries=FACT,
    ),
    "different": message(
        "country.different",
        "{countries}; this cycle requires different countries/territories",
        countries=FACT,
    ),
    "prefer-same": message(
        "country.prefer_same",
        "{countries}; this cycle prefers the same country/territory",
        countries=FACT,
    ),
    "prefer-different": message(
        "country.prefer_different",
        "{countries}; this cycle prefers different countries/territories",
        countries=FACT,
    ),
}
SAME_RANK = message("rank.same", "both {rank}", rank=TEXT)
SAME_GRADE = message(
    "rank.same_grade",
    "{coachee_rank} with coach {coach_rank}, the same grade",
    coachee_rank=TEXT,
    coach_rank=TEXT,
)
SENIOR = plural_message(
    "rank.senior",
    "{coachee_rank} with coach {coach_rank}, {count} grade senior",
    "{coachee_rank} with coach {coach_rank}, {count} grades senior",
    coachee_rank=TEXT,
    coach_rank=TEXT,
    count=NUMBER,
)
# i18n: {allowance} is what the policy allows: "standard sensitivity allows 2"
JUNIOR = plural_message(
    "rank.junior",
    "{coachee_rank} with coach {coach_rank}, {count} grade junior; {allowance}",
    "{coachee_rank} with coach {coach_rank}, {count} grades junior; {allowance}",
    coachee_rank=TEXT,
    coach_rank=TEXT,
    count=NUMBER,
    allowance=FACT,
)
RANK_ALLOWANCES: Mapping[str, Message] = {
    "strict": message("rank.strict", "strict sensitivity allows {allowed}", allowed=NUMBER),
    "standard": message("rank.standard", "standard sensitivity allows {allowed}", allowed=NUMBER),
    "relaxed": message("rank.relaxed", "relaxed sensitivity allows {allowed}", allowed=NUMBER),
}
NO_RANK_ALLOWANCES: Mapping[str, Message] = {
    "strict": message("rank.strict_none", "strict sensitivity allows none"),
    "standard": message("rank.standard_none", "standard sensitivity allows none"),
    "relaxed": message("rank.relaxed_none", "relaxed sensitivity allows none"),
}
NO_GRADE = message(
    "rank.ungraded",
    "{coachee_rank} with coach {coach_rank}; no grade to compare",
    coachee_rank=TEXT,
    coach_rank=TEXT,
)
NOT_UNIFORMED = message(
    "rank.not_uniformed",
    "a coach in uniform is required, but this coach is a civilian ({rank})",
    rank=TEXT,
)
OTHER_UNIT = message(
    "unit.other", "not in the same unit, and the coach is not in the coachee's chain of command"
)
SAME_UNIT = message("unit.same", "both in the same unit")
IN_CHAIN = message(
    "unit.chain", "the coach is, or was in the last 24 months, in the coachee's chain of command"
)
# i18n: {reason} is a reason against a pair; {waiver} is what the manager wrote
WAIVED = message(
    "rule.waived",
    "waived ({waiver}); without the waiver, the rule would forbid this pair: {reason}",
    reason=FACT,
    waiver=TEXT,
)
TWO_PEOPLE = message("same_person.two", "two people")
SAME_PERSON = message("same_person.same", "the same person in both lists")
NOT_REFUSED = message("refusal.none", "not refused")
REFUSED = message("refusal.refused", "refused by one of the two")
NOT_BANNED = message("ban.none", "not ruled out by the programme office")
BANNED = message("ban.banned", "ruled out by the programme office")
NO_EARLIER_PAIR = message("repeat.none", "not a pair in an earlier cycle")
EARLIER_PAIR_ALLOWED = message("repeat.allowed", "a pair in an earlier cycle, which is allowed")
EARLIER_PAIR_OF = message(
    "repeat.allowed_of", "a pair in {cycles}, which is allowed", cycles=listed(TEXT)
)
PAIR_OF_EARLIER_CYCLE = message("repeat.earlier", "a pair in an earlier cycle")
COMMON_TOPICS = plural_message(
    "topics.common",
    "{common} of {count} topic: {topics}",
    "{common} of {count} topics: {topics}",
    common=NUMBER,
    count=NUMBER,
    topics=listed(TEXT),
)
NO_COMMON_TOPIC = message("topics.none", "the coach covers none of the coachee's topics")
NO_TOPIC_NAMED = message("topics.unnamed", "the coachee has not named any topics")
CHOICE = message(
    "preference.choice", "number {place} on the coachee's list of preferred coaches", place=NUMBER
)
NOT_CHOSEN = message("preference.none", "not on the coachee's list of preferred coaches")
NO_PREFERENCE = message("preference.unstated", "the coachee has not stated a preference")
# i18n: {sessions} is a number with its noun: "6 sessions"
COMMON_TIMES = plural_message(
    "availability.common",
    "{count} common time for {sessions}",
    "{count} common times for {sessions}",
    count=NUMBER,
    sessions=FACT,
)
NO_COMMON_TIME = message("availability.none", "no common time")
TOO_LITTLE_TIME = message(
    "schedule.too_little_time", "they have too little free time in common for all sessions"
)
# i18n: a rule, and its reason against a pair: "unit: the same unit"
OBJECTION = message("rule.objection", "{rule}: {reason}", rule=FACT, reason=FACT)
ALL_REASONS = message("rule.reasons", "{reasons}", reasons=joined(FACT))
