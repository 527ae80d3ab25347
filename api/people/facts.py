"""Messages about the directory of people."""

from __future__ import annotations

from coach.texts.facts import message

SAME_ROW = message(
    "people.same_row", "both ids belong to the same person; choose two different people"
)
ONLY_ROLE = message(
    "people.only_role", "this is the only role of this person, so there is nothing to separate"
)
ERASED = message("people.erased", "this person was erased and is not in the directory")
SAME_NAME_AND_ADDRESS = message("people.same_name_and_address", "same name and address")
