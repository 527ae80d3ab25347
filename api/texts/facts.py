"""What is said about values that pydantic rejects."""

from __future__ import annotations

from coach.texts.facts import NUMBER, TEXT, Message, message, one_of, plural_message

CHOICES = message("invalid.choices", "Input should be {choices}", choices=one_of(TEXT))
# i18n: `pattern` is a regular expression.
PATTERN = message("invalid.pattern", "String should match pattern '{pattern}'", pattern=TEXT)
TOO_LONG = plural_message(
    "invalid.too_long",
    "String should have at most {count} character",
    "String should have at most {count} characters",
    count=NUMBER,
)
TOO_SHORT = plural_message(
    "invalid.too_short",
    "String should have at least {count} character",
    "String should have at least {count} characters",
    count=NUMBER,
)
AT_LEAST = message(
    "invalid.at_least", "Input should be greater than or equal to {limit}", limit=NUMBER
)
AT_MOST = message("invalid.at_most", "Input should be less than or equal to {limit}", limit=NUMBER)
GREATER_THAN = message("invalid.greater_than", "Input should be greater than {limit}", limit=NUMBER)
LESS_THAN = message("invalid.less_than", "Input should be less than {limit}", limit=NUMBER)

WITHOUT_DETAILS: dict[str, Message] = {
    "missing": message("invalid.missing", "Field required"),
    "extra_forbidden": message("invalid.extra", "Extra inputs are not permitted"),
    "string_type": message("invalid.string", "Input should be a valid string"),
    "bool_type": message("invalid.boolean", "Input should be a valid boolean"),
    "bool_parsing": message(
        "invalid.boolean_text", "Input should be a valid boolean, unable to interpret input"
    ),
    "int_type": message("invalid.integer", "Input should be a valid integer"),
    "int_parsing": message(
        "invalid.integer_text",
        "Input should be a valid integer, unable to parse string as an integer",
    ),
    "int_from_float": message(
        "invalid.integer_fraction",
        "Input should be a valid integer, got a number with a fractional part",
    ),
    "float_type": message("invalid.number", "Input should be a valid number"),
    "float_parsing": message(
        "invalid.number_text",
        "Input should be a valid number, unable to parse string as a number",
    ),
    "date_type": message("invalid.date", "Input should be a valid date"),
    "list_type": message("invalid.list", "Input should be a valid list"),
    "dict_type": message("invalid.dictionary", "Input should be a valid dictionary"),
    "json_invalid": message("invalid.json", "JSON decode error"),
}
"""Messages that need nothing but the type of the error, by this type."""
