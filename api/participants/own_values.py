"""Values set outside the lists, which later lists replace only if the listed value changes.

People set some values themselves, and the programme office can set values in the form for one
person. For each field set in this way, `PersonRow.listed` contains its value in the latest list. If
a new list still has this value, the person's own value is kept. If the list has a different value,
the office has changed the list, and the list's value replaces the person's own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.participants.rows import PersonRow

OWN_FIELDS = ("languages", "availability", "unavailable", "topics", "prefers", "refuses")
"""The fields of a profile that people can set themselves. Coaches have no `prefers`."""
NAMED_FIELDS = ("prefers", "refuses")
"""The fields that refer to other people, by id or by name as typed by the person."""


_NO_VALUES: Mapping[str, Any] = {"busy": []}
"""The empty values of fields that a profile omits if they are empty."""


def set_own_values(row: PersonRow, values: Mapping[str, Any]) -> tuple[str, ...]:
    """Set fields of a person's profile, given as JSON; return the names of the changed fields."""
    before = {name: _value(row.profile, name) for name in values}
    changed = {name: value for name, value in values.items() if before[name] != value}
    if changed:
        before = {name: before[name] for name in changed}
        row.listed = before | (row.listed or {})
        row.profile = row.profile | changed
    return tuple(changed)


def with_own_values(row: PersonRow, listed: Mapping[str, Any]) -> dict[str, Any]:
    """Return the profile in a new list, with the person's own values that still apply.

    Values that no longer apply are removed from `row.listed`.
    """
    own = (row.listed or {}).items()
    kept = {name: value for name, value in own if _value(listed, name) == value}
    row.listed = kept or None
    return {**listed, **{name: row.profile[name] for name in kept}}


def _value(profile: Mapping[str, Any], name: str) -> Any:  # noqa: ANN401 - any JSON
    return profile.get(name, _NO_VALUES.get(name))
