"""Descriptions of the columns in people files, for the template workbook and for messages.

They have no final full stop, because they are also used at the end of other messages.
"""

from __future__ import annotations

from coach.texts.facts import message

ID = message("people_columns.id", "Unique in this file; other cells refer to people by ID")
NAME = message("people_columns.name", "As it should appear in invitations")
EMAIL = message("people_columns.email", "Email address for invitations")
COUNTRY = message("people_columns.country", "ISO 3166-1 alpha-2 code, or XK")
LANGUAGES = message(
    "people_columns.languages",
    "In order of preference, separated by ';', each with a CEFR level: en:B2. Without a level: C1",
)
AVAILABILITY = message(
    "people_columns.availability",
    "Weekly windows in the person's time zone, separated by ';': Mon 09:00-12:00",
)
UNAVAILABLE = message(
    "people_columns.unavailable",
    "Dates or inclusive date ranges, separated by ';': 2027-02-01..2027-02-14",
)
BUSY = message(
    "people_columns.busy",
    "Busy times on individual days, in the person's time zone, separated by ';': 2027-02-01 "
    "09:00-10:30",
)
TIMEZONE = message(
    "people_columns.timezone", "IANA name. If empty, the country's time zone (XK: Europe/Belgrade)"
)
SEX = message("people_columns.sex", "F, M, X or empty, as stated by the person")
BIRTH_YEAR = message("people_columns.birth_year", "Four digits, or empty")
SERVICE = message("people_columns.service", "Determines how a rank title is interpreted")
UNIT = message("people_columns.unit", "A coachee is never matched with a coach from the same unit")
RANK = message(
    "people_columns.rank",
    "A code (OF-5, OR-8), a civilian equivalent (CIV~OF-6), CIV (no grade), or a rank title "
    "used in the person's country and service",
)
PERSON = message(
    "people_columns.person",
    "Rows with the same value, in either list, describe the same person. If empty, rows with "
    "the same email address and name describe the same person",
)
# i18n: both are values that a file accepts; do not translate them.
ROLE = message("people_columns.role", "commander or decision_maker")
RANK_SENSITIVITY = message(
    "people_columns.rank_sensitivity",
    "How far a coach's rank may be below the coachee's. If empty, standard",
)
UNIFORMED_COACH = message(
    "people_columns.uniformed_coach", "Whether the coach must be in uniform. If empty, no"
)
PRIORITY = message("people_columns.priority", "1 to 9; 9 is the highest priority. If empty, 1")
PREFERS = message("people_columns.prefers", "IDs of coaches, separated by ';'")
REFUSES_OF_COACHEES = message(
    "people_columns.refuses_of_coachees", "IDs of coaches, separated by ';'. No reason is required"
)
TOPICS_OF_COACHEES = message(
    "people_columns.topics_of_coachees", "Topics for the sessions, separated by ';'"
)
CAPACITY = message("people_columns.capacity", "Maximum number of coachees, 0 to 50")
MAX_PER_DAY = message(
    "people_columns.max_per_day",
    "Maximum number of sessions a day. If empty, the cycle's limit applies",
)
MAX_PER_WEEK = message(
    "people_columns.max_per_week",
    "Maximum number of sessions a week. If empty, the cycle's limit applies",
)
REFUSES_OF_COACHES = message(
    "people_columns.refuses_of_coaches", "IDs of coachees, separated by ';'. No reason is required"
)
TOPICS_OF_COACHES = message(
    "people_columns.topics_of_coaches", "Areas of expertise, separated by ';'"
)
CHAIN_OF_COMMAND = message(
    "people_columns.chain_of_command",
    "Coachees (by ID) and units (by name) whose chain of command includes this coach, now or "
    "in the last 24 months, separated by ';'",
)
