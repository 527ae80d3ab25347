"""Messages that explain why two people may be one human."""

from __future__ import annotations

from coach.texts.facts import PLAIN_NUMBER, message, plural_message

SAME_NAME = message(
    "duplicates.same_name",
    "the names are the same, ignoring case, accents, script and order",
)
SIMILAR_NAME = plural_message(
    "duplicates.similar_name",
    "the names differ by {count} letter",
    "the names differ by {count} letters",
    count=PLAIN_NUMBER,
)
SHORTER_NAME = message("duplicates.shorter_name", "one name is a shorter form of the other")
SAME_ADDRESS = message("duplicates.same_address", "the addresses are the same")
SAME_ID = message("duplicates.same_id", "the IDs are the same")
SAME_BIRTH_YEAR = message(
    "duplicates.same_birth_year", "both were born in {year}", year=PLAIN_NUMBER
)
