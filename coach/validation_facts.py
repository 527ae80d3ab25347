"""Error messages for values that a model rejects, selected by `coach.validation_errors`.

They are displayed next to a form field, or after the name of a field or setting.
"""

from __future__ import annotations

from coach.texts.facts import PLAIN_NUMBER, TEXT, message, one_of, plural_message

INVALID = message("validation.invalid", "this value is not valid; enter a different one")
REQUIRED = message("validation.required", "this is required")
UNKNOWN_FIELD = message("validation.unknown_field", "this field is not recognised; remove it")
NOT_TEXT = message("validation.not_text", "enter text")
TOO_FEW_CHARACTERS = plural_message(
    "validation.too_few_characters",
    "enter at least {count} character",
    "enter at least {count} characters",
    count=PLAIN_NUMBER,
)
TOO_MANY_CHARACTERS = plural_message(
    "validation.too_many_characters",
    "enter at most {count} character",
    "enter at most {count} characters",
    count=PLAIN_NUMBER,
)
WRONG_PATTERN = message(
    "validation.wrong_pattern", "enter text that matches the pattern {pattern}", pattern=TEXT
)
NOT_A_WHOLE_NUMBER = message("validation.not_a_whole_number", "enter a whole number")
NUMBER_TOO_LARGE = message("validation.number_too_large", "enter a smaller number")
NOT_A_NUMBER = message("validation.not_a_number", "enter a number")
# i18n: `true` and `false` are values in files and requests; do not translate them.
NOT_A_TRUTH_VALUE = message("validation.not_a_truth_value", "enter true or false")
TOO_LOW = message("validation.too_low", "enter {limit} or more", limit=TEXT)
TOO_HIGH = message("validation.too_high", "enter {limit} or less", limit=TEXT)
NOT_ABOVE = message("validation.not_above", "enter a number greater than {limit}", limit=TEXT)
NOT_BELOW = message("validation.not_below", "enter a number less than {limit}", limit=TEXT)
NOT_A_DATE = message("validation.not_a_date", "enter a date like 2027-01-18")
NOT_A_DATE_WITH_TIME = message(
    "validation.not_a_date_with_time", "enter a date with a time, like 2027-01-18T09:00:00Z"
)
NO_TIME_ZONE = message(
    "validation.no_time_zone", "add a time zone to the time, like 2027-01-18T09:00:00Z"
)
NOT_A_TIME = message("validation.not_a_time", "enter a time like 09:00")
NOT_A_CHOICE = message("validation.not_a_choice", "choose {choices}", choices=one_of(TEXT))
NOT_AN_OBJECT = message("validation.not_an_object", "enter a JSON object")
NOT_A_LIST = message("validation.not_a_list", "enter a list")
TOO_FEW_ENTRIES = plural_message(
    "validation.too_few_entries",
    "enter at least {count} item",
    "enter at least {count} items",
    count=PLAIN_NUMBER,
)
TOO_MANY_ENTRIES = plural_message(
    "validation.too_many_entries",
    "enter at most {count} item",
    "enter at most {count} items",
    count=PLAIN_NUMBER,
)
NOT_JSON = message("validation.not_json", "this is not valid JSON")
NOT_AN_ADDRESS = message(
    "validation.not_an_address", "enter a web address like https://example.org"
)
NOT_A_PATH = message("validation.not_a_path", "enter the path of a file")
