"""The form in which the programme office enters a group event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.group_events.entered import GroupEventInput
from api.group_events.views import GroupEventOfCycle
from api.web.rendering import validate_form
from coach.group_events import MAX_DATES, Audience
from coach.texts.facts import Displayed

_PLAIN = ("kind", "title", "timezone", "minutes", "days", "place", "join_link", "audience")
_DATE = {"id": "date", "day": "day", "clock": "clock"}
_EMPTY_ROWS, _LEAST_ROWS = 2, 3
FIRST_DATE = "day_1"


def read_form(
    fields: Mapping[str, str],
) -> tuple[GroupEventInput | None, dict[str, Displayed]]:
    """Return the entered event, or `None` and a message for each field with a fault."""
    rows = [number for number in range(1, MAX_DATES + 1) if fields.get(f"day_{number}")]
    entered: dict[str, Any] = {name: fields[name] for name in _PLAIN if fields.get(name)}
    entered["dates"] = [_date(fields, number) for number in rows]
    entered["people"] = fields.get("people", "").split()
    entered["required"] = "required" in fields
    event, faults = validate_form(GroupEventInput, entered, FIRST_DATE)
    return event, {_field(name, rows): message for name, message in faults.items()}


def stored_fields(found: GroupEventOfCycle) -> dict[str, str]:
    """Return the fields of the form for an existing event."""
    values = found.entered.model_dump(mode="json")
    fields = {name: "" if values[name] is None else f"{values[name]}" for name in _PLAIN}
    for number, one in enumerate(values["dates"], start=1):
        fields |= {f"{field}_{number}": one[name] or "" for name, field in _DATE.items()}
        fields[f"clock_{number}"] = fields[f"clock_{number}"][:5]
    fields["people"] = " ".join(values["people"])
    if values["required"]:
        fields["required"] = "true"
    return fields | {"version": f"{found.event.version}"}


def new_fields(timezone: str) -> dict[str, str]:
    """Return the fields of the form for a new event."""
    empty = dict.fromkeys(_PLAIN, "")
    return empty | {
        "timezone": timezone,
        "minutes": "120",
        "audience": Audience.EVERYBODY.value,
        "people": "",
        "required": "true",
        "version": "",
    }


def rows_of(fields: Mapping[str, str]) -> range:
    """Return the numbers of the date rows: those up to the last in use, and two more.

    There are at least 3 rows, and at most `MAX_DATES`.
    """
    used = [number for number in range(1, MAX_DATES + 1) if fields.get(f"day_{number}")]
    count = max(max(used, default=0) + _EMPTY_ROWS, _LEAST_ROWS)
    return range(1, min(count, MAX_DATES) + 1)


def empty_dates(rows: range) -> dict[str, str]:
    """Return empty fields for the date rows."""
    return {f"{field}_{number}": "" for number in rows for field in _DATE.values()}


def _date(fields: Mapping[str, str], number: int) -> dict[str, str]:
    names = {name: f"{field}_{number}" for name, field in _DATE.items()}
    return {name: fields[field] for name, field in names.items() if fields.get(field)}


def _field(name: str, rows: list[int]) -> str:
    """Return the form field for an input field, such as `clock_2` for the date at index 1."""
    part, _, rest = name.partition(".")
    if part != "dates":
        return part
    position, _, last = rest.partition(".")
    if not position.isdecimal():
        return FIRST_DATE
    return f"{_DATE.get(last, 'day')}_{rows[int(position)]}"
