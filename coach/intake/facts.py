"""Error messages about people files and cycle files."""

from __future__ import annotations

from coach.texts.facts import FACT, PLAIN_NUMBER, TEXT, listed, message, one_of, plural_message

# Parts of messages.
# i18n: `message` is an error message about a value; `suggestion` is a similar, valid value.
DID_YOU_MEAN = message(
    "intake.did_you_mean",
    "{message}; did you mean '{suggestion}'?",
    message=FACT,
    suggestion=TEXT,
)
# i18n: for example: read "shqip" as sq.
UNDERSTOOD = message(
    "intake.understood", 'read "{written}" as {read_as}', written=TEXT, read_as=TEXT
)
# i18n: for example: read "shqip" as sq (also in 12 other rows).
UNDERSTOOD_ALSO = plural_message(
    "intake.understood_also",
    "{message} (also in {count} other row)",
    "{message} (also in {count} other rows)",
    message=FACT,
    count=PLAIN_NUMBER,
)
IN_SHEET = message("intake.in_sheet", "in sheet {sheet}, {message}", sheet=TEXT, message=FACT)
# i18n: shown before a message that does not reject a file
WARNING = message("intake.warning", "warning: {message}", message=FACT)

# Cells. The subject of most messages is a column or a key, which is displayed before the message.
TEXT_TOO_LONG = plural_message(
    "intake.text_too_long",
    "contains {count} character; at most {limit} are allowed",
    "contains {count} characters; at most {limit} are allowed",
    count=PLAIN_NUMBER,
    limit=PLAIN_NUMBER,
)
SPREADSHEET_ERROR = message(
    "intake.spreadsheet_error",
    "contains the spreadsheet error {error}; enter the value itself",
    error=TEXT,
)
INVISIBLE_CHARACTER = message(
    "intake.invisible_character",
    "contains the invisible character {code_point}; remove it",
    code_point=TEXT,
)
RESERVED_SEMICOLON = message(
    "intake.reserved_semicolon",
    "'{value}' contains ';', which is reserved for lists; remove it",
    value=TEXT,
)
NOT_AN_EMAIL = message(
    "intake.not_an_email",
    "'{value}' is not an email address; use one like ana@example.org",
    value=TEXT,
)
NOT_A_COUNTRY = message(
    "intake.not_a_country",
    "'{value}' is not a country code; use an ISO 3166-1 alpha-2 code such as RS, or XK",
    value=TEXT,
)
NOT_A_LANGUAGE = message(
    "intake.not_a_language",
    "'{value}' is not a language code; use an ISO 639 code such as sq or en",
    value=TEXT,
)
SEVERAL_LANGUAGES = message(
    "intake.several_languages",
    "'{value}' is not a language code; separate several languages with ';'",
    value=TEXT,
)
NAME_OF_SEVERAL_LANGUAGES = message(
    "intake.name_of_several_languages",
    "'{value}' can mean several languages; enter the ones that the person speaks, choosing from "
    "{codes}",
    value=TEXT,
    codes=listed(TEXT),
)
LANGUAGE_TWICE = message(
    "intake.language_twice", "language '{code}' appears twice; remove one of the two", code=TEXT
)
NOT_A_LEVEL = message(
    "intake.not_a_level",
    "'{value}' is not a CEFR level; use {levels}",
    value=TEXT,
    levels=one_of(TEXT),
)
NOT_A_CHOICE = message(
    "intake.not_a_choice", "'{value}' is not valid; use {choices}", value=TEXT, choices=one_of(TEXT)
)
# i18n: `yes` and `no` are the values that a file accepts; do not translate them.
NOT_YES_OR_NO = message("intake.not_yes_or_no", "'{value}' is not valid; use yes or no", value=TEXT)
NOT_A_WHOLE_NUMBER = message(
    "intake.not_a_whole_number",
    "'{value}' is not a whole number; use one from {low} to {high}",
    value=TEXT,
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)
NUMBER_OUT_OF_RANGE = message(
    "intake.number_out_of_range",
    "{number} is out of range; use a number from {low} to {high}",
    number=TEXT,
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)

# Times and dates.
# i18n: Mon is how a file abbreviates Monday; do not translate it.
NOT_A_WINDOW = message(
    "intake.not_a_window",
    "'{value}' is not a weekly window; use one like Mon 09:00-12:00",
    value=TEXT,
)
NOT_A_BUSY_TIME = message(
    "intake.not_a_busy_time",
    "'{value}' is not a date with a time range; use the form 2027-02-01 09:00-10:30",
    value=TEXT,
)
OUTSIDE_THE_DAY = message(
    "intake.outside_the_day",
    "'{value}' contains an invalid time; use times from 00:00 to 23:59, or 24:00 for the end of "
    "a window",
    value=TEXT,
)
WINDOW_ENDS_BEFORE_START = message(
    "intake.window_ends_before_start",
    "the end of '{value}' is not after its start; if the window crosses midnight, split it into "
    "two",
    value=TEXT,
)
NOT_A_WEEKDAY = message(
    "intake.not_a_weekday",
    "'{value}' is not a weekday; use {weekdays}",
    value=TEXT,
    weekdays=one_of(TEXT),
)
RANGE_ENDS_BEFORE_START = message(
    "intake.range_ends_before_start",
    "'{value}' ends before it starts; enter the earlier date first",
    value=TEXT,
)
RANGE_TOO_LONG = message(
    "intake.range_too_long",
    "'{value}' lasts more than ten years; check the years",
    value=TEXT,
)
NOT_A_DATE = message(
    "intake.not_a_date",
    "'{value}' is not a date; use one like 2027-02-01, or a range like 2027-02-01..2027-02-14",
    value=TEXT,
)
NO_SUCH_DATE = message(
    "intake.no_such_date",
    "'{value}' is not a real date; check the day",
    value=TEXT,
)
# i18n: Tue is how a file abbreviates Tuesday; do not translate it.
NOT_A_PREFERRED_TIME = message(
    "intake.not_a_preferred_time",
    "'{value}' is not a time of the day or week; use one like 09:00-12:00 or Tue 09:00-12:00",
    value=TEXT,
)

# Rows and columns of people files.
EMPTY_HEADER = message(
    "intake.empty_header", "the first row must contain the column names, but it is empty"
)
ID_USED_TWICE = message(
    "intake.id_used_twice",
    "'{id}' is already used in row {row}; use another ID",
    id=TEXT,
    row=PLAIN_NUMBER,
)
COLUMN_TWICE = message(
    "intake.column_twice", "the column '{column}' appears twice; remove one of the two", column=TEXT
)
COLUMN_MISSING = message(
    "intake.column_missing",
    "this required column is missing; add it, or rename the column that contains this information",
)
COLUMN_WITHOUT_HEADER = message(
    "intake.column_without_header",
    "this column has data in row {row} but no header; add a header or clear the column",
    row=PLAIN_NUMBER,
)
NO_HEADER = message(
    "intake.no_header",
    "no header row was found; the list must have at least these columns: {columns}",
    columns=listed(TEXT),
)
LIST_OF_COACHES = message(
    "intake.list_of_coaches",
    "this is a list of coaches, not a list of coachees; have the two files been swapped?",
)
LIST_OF_COACHEES = message(
    "intake.list_of_coachees",
    "this is a list of coachees, not a list of coaches; have the two files been swapped?",
)
EXAMPLE_LEFT_OUT = message(
    "intake.example_left_out", "this is the template's example row, so it was left out"
)
COLUMN_OF_COACHES = message(
    "intake.column_of_coaches",
    "this column belongs in the list of coaches, not in the list of coachees",
)
COLUMN_OF_COACHEES = message(
    "intake.column_of_coachees",
    "this column belongs in the list of coachees, not in the list of coaches",
)
# i18n: `message` says that a column is not one of the list.
RENAME_OR_DELETE = message(
    "intake.rename_or_delete", "{message}; rename it, or delete it", message=FACT
)
NOT_A_COLUMN_OF_COACHEES = message(
    "intake.not_a_column_of_coachees", "is not a column of the list of coachees"
)
NOT_A_COLUMN_OF_COACHES = message(
    "intake.not_a_column_of_coaches", "is not a column of the list of coaches"
)
BEYOND_LAST_HEADER = message(
    "intake.beyond_last_header",
    "'{value}' is to the right of the last header; put lists that contain a separator in quotes",
    value=TEXT,
)
# i18n: `description` says what the column contains.
REQUIRED_CELL = message(
    "intake.required_cell",
    "is empty; a value is required for every person: {description}",
    description=FACT,
)
SEVERAL_TIME_ZONES = message(
    "intake.several_time_zones",
    "{country} has several time zones; enter the person's time zone as an IANA name (Area/City)",
    country=TEXT,
)
NOT_A_RANK = message(
    "intake.not_a_rank",
    "'{value}' is not a rank; use OF-1 to OF-10 or OR-1 to OR-9. For civilians, use CIV alone, "
    "or one of these codes after CIV~ (equivalent to) or CIV> (above)",
    value=TEXT,
)

# References between the files.
UNKNOWN_COACHEE = message(
    "intake.unknown_coachee",
    "'{id}' is not the ID of any coachee in {file}",
    id=TEXT,
    file=TEXT,
)
UNKNOWN_COACH = message(
    "intake.unknown_coach",
    "'{id}' is not the ID of any coach in {file}",
    id=TEXT,
    file=TEXT,
)
UNKNOWN_COACHEE_IN_CYCLE = message(
    "intake.unknown_coachee_in_cycle",
    "'{id}' is not the ID of any coachee in this cycle",
    id=TEXT,
)
UNKNOWN_COACH_IN_CYCLE = message(
    "intake.unknown_coach_in_cycle",
    "'{id}' is not the ID of any coach in this cycle",
    id=TEXT,
)
WAIVED_TWICE = message(
    "intake.waived_twice",
    "has the same pair and rule as waiver {number}; remove one of the two",
    number=PLAIN_NUMBER,
)
# i18n: [bans] is a part of a file.
PIN_IS_BANNED = message(
    "intake.pin_is_banned",
    "'{coach}' is also banned for '{coachee}' in [bans]; remove either the pin or the ban",
    coach=TEXT,
    coachee=TEXT,
)
PIN_IMPOSSIBLE = message(
    "intake.pin_impossible",
    "{coachee} cannot be matched with {coach}: {reason}",
    coachee=TEXT,
    coach=TEXT,
    reason=FACT,
)
BIRTH_YEAR_TOO_LATE = message(
    "intake.birth_year_too_late",
    "{year} is too late for a cycle in {cycle_year}; use {latest} or earlier",
    year=PLAIN_NUMBER,
    cycle_year=PLAIN_NUMBER,
    latest=PLAIN_NUMBER,
)
