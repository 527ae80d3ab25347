"""Messages about the forms for a cycle and its policy."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import FACT, NUMBER, TEXT, Fact, listed, message, plural_message

YES = message("policy_form.yes", "yes")
NO = message("policy_form.no", "no")
GROUP_CYCLE = message("policy_form.group_cycle", "Cycle")
GROUP_SESSIONS = message("policy_form.group_sessions", "Sessions")
GROUP_CALENDAR = message("policy_form.group_calendar", "Calendar")
GROUP_LANGUAGE = message("policy_form.group_language", "Rule: language")
GROUP_COUNTRY = message("policy_form.group_country", "Rule: country/territory")
GROUP_RANK = message("policy_form.group_rank", "Rule: rank")
GROUP_UNIT = message("policy_form.group_unit", "Rule: unit and chain of command")
GROUP_SAME_PERSON = message("policy_form.group_same_person", "Rule: same person")
GROUP_REFUSAL = message("policy_form.group_refusal", "Rule: refusal")
GROUP_BAN = message("policy_form.group_ban", "Rule: bans")
GROUP_REPEAT = message("policy_form.group_repeat", "Rule: pairs from earlier cycles")
GROUP_TOPICS = message("policy_form.group_topics", "Rule: topics")
GROUP_PREFERENCE = message("policy_form.group_preference", "Rule: preference")
GROUP_AVAILABILITY = message("policy_form.group_availability", "Rule: availability")
GROUP_TIMETABLE = message("policy_form.group_timetable", "Quality of the timetable")
GROUP_OBJECTIVE = message("policy_form.group_objective", "Matching priorities")
RELATIONS: Mapping[str, Fact] = {
    "any": message("policy_form.relation_any", "any combination")(),
    "same": message("policy_form.relation_same", "always the same")(),
    "different": message("policy_form.relation_different", "always different")(),
    "prefer-different": message("policy_form.relation_prefer_different", "preferably different")(),
    "prefer-same": message("policy_form.relation_prefer_same", "preferably the same")(),
}
EARLIER: Mapping[str, Fact] = {
    "allow": message("policy_form.earlier_allow", "allowed")(),
    "avoid": message("policy_form.earlier_avoid", "allowed, but as few as possible")(),
    "forbid": message("policy_form.earlier_forbid", "never")(),
}
NAME_MISSING = message("policy_form.name_missing", "enter a name for the cycle")
DATE_MISSING = message("policy_form.date_missing", "enter a date, such as 2027-01-18")
NOT_A_DATE = message(
    "policy_form.not_a_date",
    "'{value}' is not a date; enter it in a form such as 2027-01-18 or 18.1.2027",
    value=TEXT,
)
NOT_A_WHOLE_NUMBER = message(
    "policy_form.not_a_whole_number",
    "'{value}' is not a whole number; enter a whole number in figures, such as 12",
    value=TEXT,
)
NOT_A_NUMBER = message(
    "policy_form.not_a_number", "'{value}' is not a number; enter a number such as 0.25", value=TEXT
)
WITHOUT_COLON = message(
    "policy_form.without_colon",
    "there is no colon in '{value}'; enter the code or ID, a colon and the values",
    value=TEXT,
)
IN_ORDER = message("policy_form.in_order", "{values}", values=listed(FACT))
NAME_REPEATED = message(
    "policy_form.name_repeated",
    "{name} has several lines; enter everything about {name} on one line",
    name=TEXT,
)
NOTHING = message("policy_form.nothing", "none")
PAIRS_LEFT_ALONE = plural_message(
    "policy_form.pairs_left_alone",
    "On its own, this rule allows {count} of {pairs} pairs.",
    "On its own, this rule allows {count} of {pairs} pairs.",
    count=NUMBER,
    pairs=NUMBER,
)
PAIRS_LEFT = plural_message(
    "policy_form.pairs_left",
    "Together with the rules before it, this rule allows {count} pair.",
    "Together with the rules before it, this rule allows {count} pairs.",
    count=NUMBER,
)
PAIRS_SCHEDULED = plural_message(
    "policy_form.pairs_scheduled",
    "{count} pair that the rules allow has time for all its sessions.",
    "{count} pairs that the rules allow have time for all their sessions.",
    count=NUMBER,
)
PAIRS_OF_ALL = plural_message(
    "policy_form.pairs_of_all",
    "{count} of {pairs} pairs is possible",
    "{count} of {pairs} pairs are possible",
    count=NUMBER,
    pairs=NUMBER,
)
COACHEES_WITHOUT = plural_message(
    "policy_form.coachees_without",
    "{count} coachee has no possible coach",
    "{count} coachees have no possible coach",
    count=NUMBER,
)
COACHES_WITHOUT = plural_message(
    "policy_form.coaches_without",
    "{count} coach has no possible coachee",
    "{count} coaches have no possible coachee",
    count=NUMBER,
)
NOT_APPLIED = message(
    "policy_form.not_applied", "This rule makes no difference with the current lists and settings."
)
POINTS_ONLY = message(
    "policy_form.points_only", "This rule only awards points and does not forbid any pairs."
)
NO_LISTS = message(
    "policy_form.no_lists", "There are no lists yet, so there are no pairs to count."
)
NOT_COUNTED = message(
    "policy_form.not_counted", "To count the pairs, correct the marked fields first."
)
NOT_COUNTED_YET = message(
    "policy_form.not_counted_yet",
    "Press Check to count the pairs that have time for all their sessions.",
)
