"""Converts pydantic's errors about cycle files to messages that include the allowed range."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time

from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from coach.intake import cycle_file_facts as facts
from coach.texts.facts import Displayed, Fact, Message
from coach.validation_errors import validation_fact

_TYPES: tuple[tuple[type, Message], ...] = (
    (bool, facts.FOUND_TRUTH),  # before int, its base class
    (str, facts.FOUND_TEXT),
    (int, facts.FOUND_WHOLE_NUMBER),
    (float, facts.FOUND_DECIMAL_NUMBER),
    (datetime, facts.FOUND_DATE_WITH_TIME),  # before date, its base class
    (date, facts.FOUND_DATE),
    (time, facts.FOUND_TIME),
    (list, facts.FOUND_LIST),
    (tuple, facts.FOUND_LIST),
    (dict, facts.FOUND_TABLE),
)
_WANTED: Mapping[str, Message] = {
    "int_type": facts.WRITE_WHOLE_NUMBER,
    "int_from_float": facts.WRITE_WHOLE_NUMBER,
    "int_parsing_size": facts.WRITE_SMALLER_NUMBER,
    "float_type": facts.WRITE_NUMBER,
    "bool_type": facts.WRITE_TRUTH,
    "string_type": facts.WRITE_TEXT,
    "date_type": facts.WRITE_DATE,
    "model_type": facts.WRITE_TABLE,
    "dict_type": facts.WRITE_TABLE,
    "tuple_type": facts.WRITE_LIST,
}
_WANTED_IN_RANGE: Mapping[str, Message] = {
    "int_type": facts.WRITE_WHOLE_NUMBER_IN_RANGE,
    "int_from_float": facts.WRITE_WHOLE_NUMBER_IN_RANGE,
    "int_parsing_size": facts.WRITE_SMALLER_NUMBER_IN_RANGE,
    "float_type": facts.WRITE_NUMBER_IN_RANGE,
}
_OUT_OF_RANGE = frozenset({"greater_than_equal", "less_than_equal", "finite_number"})


def describe_type(value: object) -> Fact:
    """Return the name of a value's type, such as `text` or `a whole number`."""
    found = (one for kind, one in _TYPES if isinstance(value, kind))
    return next(found, facts.FOUND_SOMETHING_ELSE)()


def describe_error(detail: ErrorDetails, info: FieldInfo | None) -> Displayed:
    """Return the message for a pydantic error, with the allowed range of the field `info`."""
    kind, value = detail["type"], detail.get("input")
    if kind == "missing":
        return facts.MISSING_IN_CYCLE_FILE()
    if kind in _WANTED:
        return _wrong_type(kind, value, _limits(info))
    if kind in _OUT_OF_RANGE:
        return _out_of_range(str(value), _limits(info))
    if kind == "string_too_long":
        return facts.TEXT_TOO_LONG(count=detail["ctx"]["max_length"])
    return validation_fact(detail)


def _wrong_type(kind: str, value: object, limits: Mapping[str, float]) -> Fact:
    found = describe_type(value)
    if limits and kind in _WANTED_IN_RANGE:
        return _WANTED_IN_RANGE[kind](found=found, **limits)
    return _WANTED[kind](found=found)


def _out_of_range(value: str, limits: Mapping[str, float]) -> Fact:
    if limits:
        return facts.OUT_OF_GIVEN_RANGE(value=value, **limits)
    return facts.OUT_OF_RANGE(value=value)


def _limits(info: FieldInfo | None) -> Mapping[str, float]:
    """Return a field's limits as `low` and `high`, or an empty mapping unless it has both."""
    limits: dict[str, float] = {}
    for mark in info.metadata if info else ():
        for name, attribute in (("low", "ge"), ("high", "le")):
            if (limit := getattr(mark, attribute, None)) is not None:
                limits[name] = limit
    return limits if len(limits) == 2 else {}  # noqa: PLR2004 - both ends
