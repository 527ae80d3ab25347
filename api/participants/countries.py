"""The SQL condition for people from the countries to which a manager is limited."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, true


def is_from(person: Any, countries: Collection[str] | None) -> ColumnElement[bool]:  # noqa: ANN401 - a table or its alias
    """Return an SQL condition for people from `countries`; `None` means all countries."""
    if countries is None:
        return true()
    condition: ColumnElement[bool] = person.profile["country"].as_string().in_(countries)
    return condition
