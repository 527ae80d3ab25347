"""Turns pydantic validation errors into readable sentences."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

_KINDS: tuple[tuple[type, str], ...] = (
    (bool, "true or false"),  # before int, its base class
    (str, "text"),
    (int, "a whole number"),
    (float, "a decimal number"),
    (datetime, "a date with a time"),  # before date, its base class
    (date, "a date"),
    (time, "a time"),
    (list, "a list"),
    (tuple, "a list"),
    (dict, "a table"),
)
_WANTED = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing_size": "a smaller number",
    "float_type": "a number",
    "bool_type": "true or false",
    "string_type": "text",
    "date_type": "a date like 2027-01-18",
    "model_type": "a table",
    "dict_type": "a table",
    "tuple_type": "a list",
}


def describe_type(value: object) -> str:
    """Return a readable name for the type of a value, such as `text` or `a whole number`."""
    return next((name for kind, name in _KINDS if isinstance(value, kind)), "something else")


def describe_error(detail: ErrorDetails, info: FieldInfo | None) -> str:
    """Return a readable message for a validation error, with the allowed range of the field."""
    kind, value = detail["type"], detail.get("input")
    if kind == "missing":
        return "is missing, but required for every cycle"
    if kind == "value_error":
        return str(detail.get("ctx", {}).get("error", detail["msg"]))
    if kind in _WANTED:
        return f"is {describe_type(value)}; write {_WANTED[kind]}{_range(info)}"
    if kind in {"greater_than_equal", "less_than_equal", "finite_number"}:
        return f"{value} is out of range; use a number{_range(info)}"
    if kind == "string_too_long":
        return f"is longer than {detail['ctx']['max_length']} characters; shorten it"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _range(info: FieldInfo | None) -> str:
    limits: dict[str, Any] = {}
    for mark in info.metadata if info else ():
        for name in ("ge", "le"):
            if (limit := getattr(mark, name, None)) is not None:
                limits[name] = limit
    return f" from {limits['ge']} to {limits['le']}" if len(limits) == 2 else ""  # noqa: PLR2004 - both ends
