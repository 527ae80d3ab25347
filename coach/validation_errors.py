"""Converts pydantic's validation errors to facts, so that its English text is never displayed."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic_core import ErrorDetails

from coach import validation_facts as facts
from coach.errors import InvalidValueError
from coach.texts.facts import Displayed, Fact, Message

Context = Mapping[str, Any]
"""The context (`ctx`) of a pydantic error, such as the limit that a value exceeds."""


def validation_fact(detail: ErrorDetails | Mapping[str, Any]) -> Displayed:
    """Return the message for a single error of a `ValidationError`.

    The message of an `InvalidValueError` is returned unchanged. Errors without a specific message
    get a general one.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "value_error":
        return shown_by_validator(context.get("error"))
    build = _BY_TYPE.get(kind)
    return facts.INVALID() if build is None else build(context)


def shown_by_validator(error: object) -> Displayed:
    """Return the message of an `InvalidValueError`, or a general message for any other value."""
    if isinstance(error, InvalidValueError):
        return error.shown
    return facts.INVALID()


def _plain(one: Message) -> Callable[[Context], Fact]:
    return lambda _context: one()


def _count(one: Message, name: str) -> Callable[[Context], Fact]:
    return lambda context: one(count=context[name])


def _limit(one: Message, name: str) -> Callable[[Context], Fact]:
    return lambda context: one(limit=str(context[name]))


def _pattern(context: Context) -> Fact:
    return facts.WRONG_PATTERN(pattern=str(context["pattern"]))


def _choices(context: Context) -> Fact:
    """Return a message that lists the accepted values.

    pydantic reports them in a single string: `'held', 'delegate' or 'cancelled'`.
    """
    expected = str(context["expected"])
    return facts.NOT_A_CHOICE(choices=re.findall(r"'([^']*)'", expected) or [expected])


_BY_TYPE: Mapping[str, Callable[[Context], Fact]] = {
    "missing": _plain(facts.REQUIRED),
    "missing_argument": _plain(facts.REQUIRED),
    "extra_forbidden": _plain(facts.UNKNOWN_FIELD),
    "string_type": _plain(facts.NOT_TEXT),
    "string_sub_type": _plain(facts.NOT_TEXT),
    "string_unicode": _plain(facts.NOT_TEXT),
    "string_too_short": _count(facts.TOO_FEW_CHARACTERS, "min_length"),
    "string_too_long": _count(facts.TOO_MANY_CHARACTERS, "max_length"),
    "string_pattern_mismatch": _pattern,
    "int_type": _plain(facts.NOT_A_WHOLE_NUMBER),
    "int_parsing": _plain(facts.NOT_A_WHOLE_NUMBER),
    "int_from_float": _plain(facts.NOT_A_WHOLE_NUMBER),
    "int_parsing_size": _plain(facts.NUMBER_TOO_LARGE),
    "float_type": _plain(facts.NOT_A_NUMBER),
    "float_parsing": _plain(facts.NOT_A_NUMBER),
    "finite_number": _plain(facts.NOT_A_NUMBER),
    "bool_type": _plain(facts.NOT_A_TRUTH_VALUE),
    "bool_parsing": _plain(facts.NOT_A_TRUTH_VALUE),
    "greater_than": _limit(facts.NOT_ABOVE, "gt"),
    "greater_than_equal": _limit(facts.TOO_LOW, "ge"),
    "less_than": _limit(facts.NOT_BELOW, "lt"),
    "less_than_equal": _limit(facts.TOO_HIGH, "le"),
    "date_type": _plain(facts.NOT_A_DATE),
    "date_parsing": _plain(facts.NOT_A_DATE),
    "date_from_datetime_parsing": _plain(facts.NOT_A_DATE),
    "date_from_datetime_inexact": _plain(facts.NOT_A_DATE),
    "datetime_type": _plain(facts.NOT_A_DATE_WITH_TIME),
    "datetime_parsing": _plain(facts.NOT_A_DATE_WITH_TIME),
    "datetime_object_invalid": _plain(facts.NOT_A_DATE_WITH_TIME),
    "datetime_from_date_parsing": _plain(facts.NOT_A_DATE_WITH_TIME),
    "timezone_aware": _plain(facts.NO_TIME_ZONE),
    "time_type": _plain(facts.NOT_A_TIME),
    "time_parsing": _plain(facts.NOT_A_TIME),
    "enum": _choices,
    "literal_error": _choices,
    "model_type": _plain(facts.NOT_AN_OBJECT),
    "model_attributes_type": _plain(facts.NOT_AN_OBJECT),
    "dict_type": _plain(facts.NOT_AN_OBJECT),
    "mapping_type": _plain(facts.NOT_AN_OBJECT),
    "dataclass_type": _plain(facts.NOT_AN_OBJECT),
    "list_type": _plain(facts.NOT_A_LIST),
    "tuple_type": _plain(facts.NOT_A_LIST),
    "set_type": _plain(facts.NOT_A_LIST),
    "frozen_set_type": _plain(facts.NOT_A_LIST),
    "iterable_type": _plain(facts.NOT_A_LIST),
    "too_short": _count(facts.TOO_FEW_ENTRIES, "min_length"),
    "too_long": _count(facts.TOO_MANY_ENTRIES, "max_length"),
    "json_invalid": _plain(facts.NOT_JSON),
    "json_type": _plain(facts.NOT_JSON),
    "url_type": _plain(facts.NOT_AN_ADDRESS),
    "url_parsing": _plain(facts.NOT_AN_ADDRESS),
    "url_scheme": _plain(facts.NOT_AN_ADDRESS),
    "path_type": _plain(facts.NOT_A_PATH),
}
