"""Names of rules and levels, and counts, for use within other messages."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import NUMBER, Displayed, Message, message, plural_message

RULE_NAMES: Mapping[str, Message] = {
    "language": message("rule.language", "language"),
    "country": message("rule.country", "country"),
    "rank": message("rule.rank", "rank"),
    "unit": message("rule.unit", "unit"),
    # i18n: nobody coaches themselves
    "same-person": message("rule.same_person", "same person"),
    "refusal": message("rule.refusal", "refusal"),
    "ban": message("rule.ban", "ban"),
    # i18n: the two were already a pair in an earlier cycle
    "repeat": message("rule.repeat", "repeat"),
    "topics": message("rule.topics", "topics"),
    "preference": message("rule.preference", "preference"),
    "availability": message("rule.availability", "availability"),
    "schedule": message("rule.schedule", "schedule"),
}
LEVEL_NAMES: Mapping[str, Message] = {
    # i18n: the levels of the objective: how many people have a coach
    "placed": message("level.placed", "placed"),
    # i18n: the number of pairs that stay as in the earlier plan
    "kept": message("level.kept", "kept"),
    # i18n: the number of pairs that were already a pair in an earlier cycle
    "repeat": message("level.repeat", "repeat"),
    # i18n: the lowest points of any pair
    "worst": message("level.worst", "worst"),
    # i18n: the points of all pairs
    "total": message("level.total", "total"),
    # i18n: the quality of the timetable
    "schedule": message("level.schedule", "schedule"),
}


_WITH_UNIT: Mapping[str, Message] = {
    # i18n: the value of this level is the sum of the priorities of the placed coachees
    "placed": message("level.placed_with_unit", "placed (sum of priorities)"),
    # i18n: the value of this level is at most 100 for each match
    "schedule": message("level.schedule_with_unit", "schedule (up to 100 a match)"),
}

COACHEES = plural_message("count.coachees", "{count} coachee", "{count} coachees", count=NUMBER)
COACHES = plural_message("count.coaches", "{count} coach", "{count} coaches", count=NUMBER)
SESSIONS = plural_message("count.sessions", "{count} session", "{count} sessions", count=NUMBER)
POINTS = plural_message("count.points", "{count} point", "{count} points", count=NUMBER)
ERASED = message("erased", "(erased)")
_RULE_NAMES: Mapping[str, Displayed] = {rule: name() for rule, name in RULE_NAMES.items()}


def rule_name(rule: str) -> Displayed:
    """Return the name of a rule, or `rule` itself if this version has no such rule."""
    return _RULE_NAMES.get(rule, rule)


def level_name_with_unit(level: str) -> Displayed:
    """Return the name of a level, with the unit of its value if that is not evident."""
    return (_WITH_UNIT.get(level) or LEVEL_NAMES[level])()


def level_name(level: str) -> Displayed:
    """Return the name of a level of the objective."""
    return LEVEL_NAMES[level]()
