"""Messages about the form for editing one person's data."""

from __future__ import annotations

from collections.abc import Mapping

from coach.texts.facts import Fact, Message, message

LABELS: Mapping[str, Fact] = {
    "name": message("person_edit.name", "Name")(),
    "country": message("person_edit.country", "Country/territory")(),
    "timezone": message("person_edit.timezone", "Time zone")(),
    "languages": message("person_edit.languages", "Languages")(),
    "availability": message("person_edit.availability", "Free every week")(),
    "unavailable": message("person_edit.unavailable", "Days off")(),
    "rank": message("person_edit.rank", "Rank")(),
    "service": message("person_edit.service", "Service")(),
    "unit": message("person_edit.unit", "Unit")(),
    "topics": message("person_edit.topics", "Topics")(),
    "role": message("person_edit.role", "Role")(),
    "rank_sensitivity": message("person_edit.rank_sensitivity", "Rank sensitivity")(),
    "uniformed_coach": message("person_edit.uniformed_coach", "Coach in uniform")(),
    "priority": message("person_edit.priority", "Priority")(),
    "capacity": message("person_edit.capacity", "Places")(),
    "max_per_day": message("person_edit.max_per_day", "Maximum sessions a day")(),
    "max_per_week": message("person_edit.max_per_week", "Maximum sessions a week")(),
    "chain_of_command": message("person_edit.chain_of_command", "Chain of command")(),
}
"""The label of each column that can be edited."""
HINTS: Mapping[str, Fact] = {
    "country": message("person_edit.country_hint", "enter two letters, such as RS or AL")(),
    "timezone": message(
        "person_edit.timezone_hint",
        "enter a time zone such as Europe/Belgrade, or leave this empty to use the country's time "
        "zone",
    )(),
    "languages": message(
        "person_edit.languages_hint",
        "enter one language on each line, the preferred one first, with its level from A1 to C2, "
        "such as en:B2",
    )(),
    "availability": message(
        "person_edit.availability_hint",
        "enter one period on each line, in the person's time zone, such as Mon 09:00-12:00",
    )(),
    "unavailable": message(
        "person_edit.unavailable_hint",
        "enter one day or range on each line, such as 2027-02-01..2027-02-14",
    )(),
    "topics": message("person_edit.topics_hint", "enter one topic on each line")(),
    "role": message("person_edit.role_hint", "the person's role in their institution")(),
}
"""Hints that differ from the column descriptions in files."""
BEYOND_LIMITS = message(
    "person_edit.beyond_limits",
    "your access does not include people from this country; ask an administrator to change it",
)

CHOICES: Mapping[str, Fact] = {
    "land": message("person_edit.land", "land forces")(),
    "air": message("person_edit.air", "air force")(),
    "navy": message("person_edit.navy", "navy")(),
    "mod": message("person_edit.mod", "Ministry of Defence")(),
    "external": message("person_edit.external", "external")(),
    "commander": message("person_edit.commander", "commander")(),
    "decision_maker": message("person_edit.decision_maker", "decision-maker")(),
    "strict": message("person_edit.strict", "strict")(),
    "standard": message("person_edit.standard", "standard")(),
    "relaxed": message("person_edit.relaxed", "relaxed")(),
    "yes": message("person_edit.yes", "yes")(),
    "no": message("person_edit.no", "no")(),
}
"""Labels for the values of columns with a fixed set of values, except numeric columns."""

LEFT: Message = message(
    "person_edit.left", "this person is no longer in the cycle, so their data was not changed"
)
CHANGED_SINCE: Message = message(
    "person_edit.changed_since",
    "your changes were not saved, because the data has changed since you opened this page; "
    "compare the two versions, and submit yours again if you want it to replace the saved version",
)
