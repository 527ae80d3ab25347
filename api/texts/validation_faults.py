"""Turns the errors of pydantic into facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from pydantic_core import ErrorDetails

from api.texts import facts
from coach.errors import InvalidValueError
from coach.texts.facts import Displayed, Message

_QUOTED = re.compile(r"'(?:[^'\\]|\\.)*'")
_WITH_LIMIT: Mapping[str, tuple[Message, str, str]] = {
    "string_too_long": (facts.TOO_LONG, "count", "max_length"),
    "string_too_short": (facts.TOO_SHORT, "count", "min_length"),
    "greater_than_equal": (facts.AT_LEAST, "limit", "ge"),
    "less_than_equal": (facts.AT_MOST, "limit", "le"),
    "greater_than": (facts.GREATER_THAN, "limit", "gt"),
    "less_than": (facts.LESS_THAN, "limit", "lt"),
    "string_pattern_mismatch": (facts.PATTERN, "pattern", "pattern"),
}
"""The messages with one parameter, its name, and its name in the context of the error."""


def validation_fact(detail: ErrorDetails) -> Displayed:
    """Return what is wrong with a value that pydantic rejects, without the value itself.

    Errors that are not in the table are shown in the words of pydantic, which are English.
    """
    kind, context = detail["type"], detail.get("ctx", {})
    raised = context.get("error")
    if isinstance(raised, InvalidValueError):
        return raised.shown
    if kind in facts.WITHOUT_DETAILS:
        return facts.WITHOUT_DETAILS[kind]()
    if kind in _WITH_LIMIT:
        known, parameter, name = _WITH_LIMIT[kind]
        return known(**{parameter: context[name]})
    if kind in {"enum", "literal_error"}:
        return facts.CHOICES(choices=_QUOTED.findall(_expected(context)))
    return detail["msg"].removeprefix("Value error, ")


def _expected(context: Mapping[str, Any]) -> str:
    return str(context["expected"])
