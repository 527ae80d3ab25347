"""Messages about the data that people enter themselves."""

from __future__ import annotations

from coach.texts.facts import FACT, TEXT, TIME, WEEKDAY, all_of, message

NOT_A_CELL = message(
    "own_data.not_a_cell",
    "'{value}' is not a time on the grid; reload the page and try again",
    value=TEXT,
)
NO_PREFERENCES = message(
    "own_data.no_preferences",
    "coaches cannot state preferences, but you can list the people whom you do not want to coach",
)
ERASED = message("own_data.erased", "your data has been erased and cannot be changed")
# i18n: the name of a checkbox of the grid, such as: Mon 09:00 to 09:30.
CELL = message("own_data.cell", "{weekday} {start} to {end}", weekday=WEEKDAY, start=TIME, end=TIME)
WEEKDAY_ALONE = message("own_data.weekday", "{weekday}", weekday=WEEKDAY)
CHANGED_BY_OFFICE = message(
    "own_data.changed_by_office",
    "On {when}, the programme office changed the following: {fields}. If something is wrong, "
    "correct it here or tell the office.",
    when=FACT,
    fields=all_of(FACT),
)
