"""Messages about remedies and policy advice: changes that place a coachee, and their effects."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import (
    FACT,
    LANGUAGE,
    NUMBER,
    PERSON,
    SHORT_DATE,
    TEXT,
    WEEKDAY,
    Message,
    all_of,
    message,
    plural_message,
)

MORE_TIME = message("change.more_time", "more solving time; no other change")
ONE_MORE_PLACE = message("change.place", "one more place with {coach}", coach=PERSON)
# i18n: {weekday} {start}-{end} is a weekly window: Mon 09:00-12:00
COACHEE_FREE = message(
    "change.coachee_free",
    "{coachee} is also free on {weekday} {start}-{end}",
    coachee=PERSON,
    weekday=WEEKDAY,
    start=TEXT,
    end=TEXT,
)
COACH_FREE = message(
    "change.coach_free",
    "{coach} is also free on {weekday} {start}-{end}",
    coach=PERSON,
    weekday=WEEKDAY,
    start=TEXT,
    end=TEXT,
)
# i18n: {zone} is the name of a time zone: Europe/Belgrade
COACHEE_FREE_IN_ZONE = message(
    "change.coachee_free_in_zone",
    "{coachee} is also free on {weekday} {start}-{end} ({zone})",
    coachee=PERSON,
    weekday=WEEKDAY,
    start=TEXT,
    end=TEXT,
    zone=TEXT,
)
COACH_FREE_IN_ZONE = message(
    "change.coach_free_in_zone",
    "{coach} is also free on {weekday} {start}-{end} ({zone})",
    coach=PERSON,
    weekday=WEEKDAY,
    start=TEXT,
    end=TEXT,
    zone=TEXT,
)
SESSIONS_A_WEEK = plural_message(
    "change.sessions_a_week",
    "{coach} takes up to {count} session a week",
    "{coach} takes up to {count} sessions a week",
    coach=PERSON,
    count=NUMBER,
)
SESSIONS_A_DAY = plural_message(
    "change.sessions_a_day",
    "{coach} takes up to {count} session a day",
    "{coach} takes up to {count} sessions a day",
    coach=PERSON,
    count=NUMBER,
)
WITHOUT_UNIFORM = message(
    "change.without_uniform", "{coachee} accepts a coach who is not in uniform", coachee=PERSON
)
# The messages by the new rank sensitivity.
SENSITIVITIES: Mapping[str, Message] = {
    "standard": message(
        "change.sensitivity_standard",
        "{coachee} has standard instead of strict rank sensitivity",
        coachee=PERSON,
    ),
    "relaxed": message(
        "change.sensitivity_relaxed",
        "{coachee} has relaxed instead of standard rank sensitivity",
        coachee=PERSON,
    ),
}
BAN_LIFTED = message("change.ban_lifted", "the ban on {coach} is lifted", coach=PERSON)

# Changes of the policy.
GRADES: Mapping[str, Message] = {
    "strict": plural_message(
        "change.grades_strict",
        "with strict rank sensitivity, coaches may rank up to {count} grade below the coachee "
        "instead of {before}",
        "with strict rank sensitivity, coaches may rank up to {count} grades below the coachee "
        "instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
    "standard": plural_message(
        "change.grades_standard",
        "with standard rank sensitivity, coaches may rank up to {count} grade below the coachee "
        "instead of {before}",
        "with standard rank sensitivity, coaches may rank up to {count} grades below the "
        "coachee instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
    "relaxed": plural_message(
        "change.grades_relaxed",
        "with relaxed rank sensitivity, coaches may rank up to {count} grade below the coachee "
        "instead of {before}",
        "with relaxed rank sensitivity, coaches may rank up to {count} grades below the coachee "
        "instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
}
LANGUAGE_LEVEL = message(
    "change.language_level",
    "the required language level is {level} instead of {before}",
    level=TEXT,
    before=TEXT,
)
LANGUAGES_COMMON = message(
    "change.languages_common",
    "{languages} are treated as a common language in this cycle",
    languages=all_of(LANGUAGE),
)
# The messages by the new `[rules.country] relation`, which is written as in the cycle file.
COUNTRY_RELATIONS: Mapping[str, Message] = {
    "prefer-same": message(
        "change.prefer_same_country", "the same country/territory is preferred, not required"
    ),
    "prefer-different": message(
        "change.prefer_different_country",
        "different countries/territories are preferred, not required",
    ),
}
NO_SHARE = message("change.no_share", "no minimum share of cross-border pairs")
# The messages by key of `[sessions]`.
SESSION_POLICIES: Mapping[str, Message] = {
    "max_gap_days": plural_message(
        "change.max_gap_days",
        "up to {count} day between sessions instead of {before}",
        "up to {count} days between sessions instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
    "min_gap_days": plural_message(
        "change.min_gap_days",
        "at least {count} day between sessions instead of {before}",
        "at least {count} days between sessions instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
    "max_per_coach_day": plural_message(
        "change.max_per_coach_day",
        "up to {count} session a day for each coach instead of {before}",
        "up to {count} sessions a day for each coach instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
    "max_per_coach_week": plural_message(
        "change.max_per_coach_week",
        "up to {count} session a week for each coach instead of {before}",
        "up to {count} sessions a week for each coach instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
    "buffer_minutes": plural_message(
        "change.buffer_minutes",
        "at least {count} minute between a coach's sessions instead of {before}",
        "at least {count} minutes between a coach's sessions instead of {before}",
        count=NUMBER,
        before=NUMBER,
    ),
}
CONTRACTING_GAP = plural_message(
    "change.contracting_gap",
    "up to {count} day from the contracting session to session 1 instead of {before}",
    "up to {count} days from the contracting session to session 1 instead of {before}",
    count=NUMBER,
    before=NUMBER,
)
NO_CONTRACTING = message("change.no_contracting", "no contracting sessions")
CYCLE_END = message(
    "change.cycle_end",
    "the cycle ends on {day} instead of {before}",
    day=SHORT_DATE,
    before=SHORT_DATE,
)

# Effects of a change.
GETS_A_COACH = message("effect.placed", "{coachee} gets a coach", coachee=PERSON)
OTHER_ONE_KEEPS = message(
    "effect.other_one_keeps",
    "{coachee} gets a coach, and the other coachee still has one",
    coachee=PERSON,
)
OTHERS_KEEP = plural_message(
    "effect.others_keep",
    "{coachee} gets a coach, and {count} other coachee still has one",
    "{coachee} gets a coach, and all {count} others still have one",
    coachee=PERSON,
    count=NUMBER,
)
# i18n: a change, and its effect: "one more place with Ana: Ben gets a coach"
REMEDY = message("change.with_effect", "{change}: {effect}", change=FACT, effect=FACT)
