"""Error messages about the values and the syntax of cycle files.

The subject of most messages is a key of the file, which is displayed before the message.
"""

from __future__ import annotations

from coach.texts.facts import FACT, PLAIN_NUMBER, TEXT, message, one_of, plural_message

# Names of types, for the parameter `found`: "is text; must be a whole number".
FOUND_TRUTH = message("cycle_file.found_truth", "true or false")
FOUND_TEXT = message("cycle_file.found_text", "text")
FOUND_WHOLE_NUMBER = message("cycle_file.found_whole_number", "a whole number")
FOUND_DECIMAL_NUMBER = message("cycle_file.found_decimal_number", "a decimal number")
FOUND_DATE_WITH_TIME = message("cycle_file.found_date_with_time", "a date with a time")
FOUND_DATE = message("cycle_file.found_date", "a date")
FOUND_TIME = message("cycle_file.found_time", "a time")
FOUND_LIST = message("cycle_file.found_list", "a list")
FOUND_TABLE = message("cycle_file.found_table", "a table")
FOUND_SOMETHING_ELSE = message("cycle_file.found_something_else", "something else")

# i18n: in these messages, `found` is one of "true or false", "text", "a list" and so on.
WRITE_WHOLE_NUMBER = message(
    "cycle_file.write_whole_number", "is {found}; must be a whole number", found=FACT
)
WRITE_WHOLE_NUMBER_IN_RANGE = message(
    "cycle_file.write_whole_number_in_range",
    "is {found}; must be a whole number from {low} to {high}",
    found=FACT,
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)
WRITE_SMALLER_NUMBER = message(
    "cycle_file.write_smaller_number",
    "is {found} that is too large; use a smaller number",
    found=FACT,
)
WRITE_SMALLER_NUMBER_IN_RANGE = message(
    "cycle_file.write_smaller_number_in_range",
    "is {found} that is too large; use a number from {low} to {high}",
    found=FACT,
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)
WRITE_NUMBER = message("cycle_file.write_number", "is {found}; must be a number", found=FACT)
WRITE_NUMBER_IN_RANGE = message(
    "cycle_file.write_number_in_range",
    "is {found}; must be a number from {low} to {high}",
    found=FACT,
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)
# i18n: `true` and `false` are the values that a file accepts; do not translate them.
WRITE_TRUTH = message("cycle_file.write_truth", "is {found}; must be true or false", found=FACT)
WRITE_TEXT = message("cycle_file.write_text", "is {found}; must be text", found=FACT)
WRITE_QUOTED_TEXT = message(
    "cycle_file.write_quoted_text",
    'is {found}; must be text in quotes, such as "{example}"',
    found=FACT,
    example=TEXT,
)
WRITE_DATE = message(
    "cycle_file.write_date", "is {found}; must be a date like 2027-01-18", found=FACT
)
WRITE_DATE_WITHOUT_QUOTES = message(
    "cycle_file.write_date_without_quotes",
    "is text; must be a date without quotes, like 2027-01-18",
)
WRITE_LIST = message("cycle_file.write_list", "is {found}; must be a list", found=FACT)
WRITE_LIST_LIKE = message(
    "cycle_file.write_list_like", "is {found}; must be a list: {example}", found=FACT, example=TEXT
)
WRITE_TWO_NUMBERS = message(
    "cycle_file.write_two_numbers",
    "must be a list of two whole numbers, the minimum and the maximum: {example}",
    example=TEXT,
)
WRITE_MONTH = message(
    "cycle_file.write_month", "is {found}; must be a number of months, such as 3", found=FACT
)
WRITE_TABLE = message("cycle_file.write_table", "is {found}; must be a table", found=FACT)
WRITE_TABLE_LIKE = message(
    "cycle_file.write_table_like",
    "is {found}; must be a table: {example}",
    found=FACT,
    example=TEXT,
)
WRITE_TABLE_NAMED = message(
    "cycle_file.write_table_named", "is {found}; must be a table: [{name}]", found=FACT, name=TEXT
)
EMPTY_TEXT = message(
    "cycle_file.empty_text", 'is empty; must be text, such as "{example}"', example=TEXT
)
NOT_A_PAIR = plural_message(
    "cycle_file.not_a_pair",
    'contains {count} country; a pair must have two: ["RS", "XK"]',
    'contains {count} countries; a pair must have two: ["RS", "XK"]',
    count=PLAIN_NUMBER,
)
# i18n: `category` is a holiday category as written in a file, such as "orthodox".
NOT_OBSERVED = message(
    "cycle_file.not_observed",
    "'{category}' is not a holiday category for {country}; use {categories}",
    category=TEXT,
    country=TEXT,
    categories=one_of(TEXT),
)
NO_HOLIDAYS = message(
    "cycle_file.no_holidays",
    "no public holidays are available for {country}; use blackout in [calendar], or the "
    "'unavailable' column",
    country=TEXT,
)
# i18n: `waivers` is the name of a table in a file; do not translate it.
WRITE_WAIVERS = message(
    "cycle_file.write_waivers",
    "is {found}; each waiver must be a separate table: [[waivers]]",
    found=FACT,
)
MISSING_IN_WAIVER = message(
    "cycle_file.missing_in_waiver", "is missing; it is required for every waiver"
)
OUT_OF_RANGE = message(
    "cycle_file.out_of_range", "{value} is not allowed here; use a different number", value=TEXT
)
OUT_OF_GIVEN_RANGE = message(
    "cycle_file.out_of_given_range",
    "{value} is out of range; use a number from {low} to {high}",
    value=TEXT,
    low=PLAIN_NUMBER,
    high=PLAIN_NUMBER,
)
TEXT_TOO_LONG = plural_message(
    "cycle_file.text_too_long",
    "is longer than {count} character; shorten it",
    "is longer than {count} characters; shorten it",
    count=PLAIN_NUMBER,
)
MISSING_IN_CYCLE_FILE = message(
    "cycle_file.missing_in_cycle_file", "is missing; it is required for every cycle"
)

# Keys and syntax.
NOT_A_KEY = message("cycle_file.not_a_key", "is not a key of a cycle file")
NOT_A_KEY_OF_TABLE = message(
    "cycle_file.not_a_key_of_table", "is not a key of [{table}]", table=TEXT
)
KEY_OF_OTHER_TABLE = message(
    "cycle_file.key_of_other_table", "{message}; it belongs in [{table}]", message=FACT, table=TEXT
)
NESTED_TOO_DEEPLY = plural_message(
    "cycle_file.nested_too_deeply",
    "tables, lists or keys are nested too deeply; use at most {count} level",
    "tables, lists or keys are nested too deeply; use at most {count} levels",
    count=PLAIN_NUMBER,
)
# i18n: `reason` is the message of a library, in English.
NOT_TOML = message("cycle_file.not_toml", "this is not valid TOML: {reason}", reason=TEXT)
