"""Converts values of the cycle file to the texts of form fields, and back.

A text that cannot be converted to a value is passed on as text, so that the parser of cycle files,
which reads the changed file, describes the fault. Only faults that the parser cannot describe are
found here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from enum import Enum
from typing import Any

from pydantic import JsonValue

from api.input_files.policy_file import CYCLE_FILE
from api.overview.policy_editor import facts
from api.overview.policy_editor.keys import Form, PolicyKey
from coach.cycle import Cycle
from coach.errors import InputFault
from coach.intake.cells import CellError
from coach.intake.fault_messages import excerpt

_WHOLE = re.compile(r"[+-]?[0-9]{1,15}")
_DECIMAL = re.compile(r"[0-9]{1,9}(?:[.,][0-9]{1,9})?")
_DAY_FIRST = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4})\.?")
_NAME_AND_LIST = re.compile(r"(.+?)\s*:(?:\s+|$)(.*)")


def value_of(policy: Cycle, key: str) -> Any:  # noqa: ANN401 - the value of any key
    """Return the value of a dotted key in a policy."""
    value: Any = policy
    for name in key.split("."):
        value = getattr(value, name)
    return value


def written_value(policy: Cycle, key: PolicyKey) -> str:
    """Return the value of a key in a policy as the text of its field."""
    return "\n".join(_lines(value_of(policy, key.key), key.form))


def _lines(value: Any, form: Form) -> Iterator[str]:  # noqa: ANN401 - as above
    match form:
        case Form.ORDER | Form.NUMBERS:
            yield " ".join(map(_text, value))
        case Form.MONTHS:
            yield from filter(None, [", ".join(map(_text, value))])
        case Form.LINES:
            yield from map(_text, value)
        case Form.GROUPS:
            yield from sorted(", ".join(sorted(group)) for group in value)
        case Form.LISTS_BY_NAME:
            between = (
                "; " if any(" " in _text(one) for many in value.values() for one in many) else ", "
            )
            for name, many in sorted(value.items()):
                yield f"{name}: {between.join(map(_text, many))}"
        case Form.CHOICE if isinstance(value, int):
            yield value.name  # type: ignore[attr-defined]  # an ordered enumeration
        case _:
            yield _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 - as above
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}"
    return str(value.value if isinstance(value, Enum) else value)


def read_value(key: PolicyKey, text: str) -> JsonValue:
    """Return the JSON value of a field's text; `None` means the default.

    Raises:
        CellError: the text does not have the field's format.
    """
    return _READERS[key.form](text.strip())


def _number(text: str) -> JsonValue:
    if text and not _WHOLE.fullmatch(text):
        raise CellError(facts.NOT_A_WHOLE_NUMBER(value=excerpt(text)))
    return int(text) if text else None


def _numbers(text: str) -> JsonValue:
    return [_number(one) for one in re.split(r"[,;\s]+", text) if one] or None


def _share(text: str) -> JsonValue:
    if text and not _DECIMAL.fullmatch(text):
        raise CellError(facts.NOT_A_NUMBER(value=excerpt(text)))
    return float(text.replace(",", ".")) if text else None


def _date(text: str) -> JsonValue:
    if not text:
        raise CellError(facts.DATE_MISSING())
    try:
        if found := _DAY_FIRST.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise CellError(facts.NOT_A_DATE(value=excerpt(text))) from None


def _truth(text: str) -> JsonValue:
    return {"yes": True, "no": False}.get(text, text or None)


def _line(text: str) -> JsonValue:
    return text or None


def _entries(text: str) -> list[str]:
    return [entry for part in re.split(r"[;\r\n]", text) if (entry := part.strip())]


def _lines_of(text: str) -> JsonValue:
    return list(_entries(text))


def _groups(text: str) -> JsonValue:
    return [list(filter(None, re.split(r"[,\s]+", line))) for line in _entries(text)]


def _lists_by_name(text: str) -> JsonValue:
    found: dict[str, JsonValue] = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        parts = _NAME_AND_LIST.fullmatch(line)
        if parts is None:
            raise CellError(facts.WITHOUT_COLON(value=excerpt(line)))
        if parts[1] in found:
            raise CellError(facts.NAME_REPEATED(name=excerpt(parts[1])))
        found[parts[1]] = [one for part in re.split(r"[;,]", parts[2]) if (one := part.strip())]
    return found


def _months(text: str) -> JsonValue:
    return [_number(one) for one in re.split(r"[,;\s]+", text) if one]


def _order(text: str) -> JsonValue:
    return list(text.split()) or None


_READERS: Mapping[Form, Callable[[str], JsonValue]] = {
    Form.LINE: _line,
    Form.DATE: _date,
    Form.TIME_ZONE: _line,
    Form.NUMBER: _number,
    Form.NUMBERS: _numbers,
    Form.SHARE: _share,
    Form.CHOICE: _line,
    Form.TRUTH: _truth,
    Form.ORDER: _order,
    Form.LINES: _lines_of,
    Form.GROUPS: _groups,
    Form.LISTS_BY_NAME: _lists_by_name,
    Form.MONTHS: _months,
}


def merge_patch(changed: Iterable[tuple[str, JsonValue, Any]]) -> dict[str, JsonValue]:
    """Return the JSON merge patch that sets dotted keys to values.

    Args:
        changed: each key with its new value and, if it is a table, the names that it contains now.
    """
    patch: dict[str, Any] = {}
    for key, value, present in changed:
        *tables, name = key.split(".")
        table = patch
        for one in tables:
            table = table.setdefault(one, {})
        table[name] = dict.fromkeys(present) | value if isinstance(value, dict) else value
    return patch


def read_fields(
    keys: Iterable[PolicyKey], entered: Mapping[str, str]
) -> tuple[dict[str, JsonValue], list[InputFault]]:
    """Return the values of all entered fields, and the faults found in them."""
    values: dict[str, JsonValue] = {}
    faults: list[InputFault] = []
    for key in keys:
        if key.key not in entered:
            continue
        try:
            values[key.key] = read_value(key, entered[key.key])
        except CellError as error:
            faults += [InputFault(CYCLE_FILE, 1, key.key, one) for one in error.messages]
    return values, faults
