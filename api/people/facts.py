"""Messages about the directory of people."""

from __future__ import annotations

from coach.texts.facts import message

SAME_ROW = message(
    "people.same_row", "both IDs belong to the same person; choose two different people"
)
ONLY_ROLE = message(
    "people.only_role", "this is the only role of this person, so there is nothing to separate"
)
ERASED = message("people.erased", "this person was erased and is not in the directory")
SAME_NAME_AND_ADDRESS = message("people.same_name_and_address", "same name and address")

FILTER_ROLES = message("people.filter_roles", "Roles")
FILTER_COACHEES = message("people.filter_coachees", "coachee in a cycle")
FILTER_COACHES = message("people.filter_coaches", "coach in a cycle")
FILTER_SEVERAL_ROLES = message("people.filter_several_roles", "more than one role")
