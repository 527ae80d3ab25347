"""Changes single settings in the text of a cycle file, keeping its comments and order."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Mapping, MutableMapping
from datetime import date
from typing import Any

import tomlkit
from pydantic import JsonValue
from tomlkit.exceptions import TOMLKitError

from api.input_files import facts
from api.input_files.policy_file import CYCLE_FILE
from api.input_files.source import NamedFile
from coach.errors import InputFault, UnusableInputError
from coach.intake.fault_messages import WHOLE_FILE

_MAX_DEPTH = 6  # of nested tables and lists; a valid policy needs four
_DATES = (("cycle", "start"), ("cycle", "end"))


def changed_cycle_file(text: str, changes: Mapping[str, JsonValue], file: str) -> str:
    """Apply a JSON merge patch (RFC 7396) to a valid cycle file, and return its new text.

    `null` removes a setting, so its default applies. The settings are not checked. Comments are
    lost only where they cannot be kept without losing a change.

    Raises:
        UnusableInputError: the changes are nested too deeply to be settings.
    """
    if _depth(changes) > _MAX_DEPTH:
        raise UnusableInputError([InputFault(file, 1, WHOLE_FILE, facts.CHANGES_TOO_DEEP())])
    return edited_cycle_file(text, lambda document: _merge(document, changes, ()))


def cycle_file_of(body: bytes | Mapping[str, JsonValue]) -> NamedFile:
    """Return a cycle file sent as text, or convert one sent as JSON.

    Raises:
        UnusableInputError: the JSON is nested too deeply to be settings.
    """
    if isinstance(body, bytes):
        return NamedFile(CYCLE_FILE, body)
    return NamedFile(CYCLE_FILE, changed_cycle_file("", body, CYCLE_FILE).encode())


def edited_cycle_file(text: str, change: Callable[[Any], None]) -> str:
    """Apply `change` to a valid cycle file, and return its new text; see `changed_cycle_file`.

    `change` edits a TOML document or, if the library cannot preserve its formatting, a dictionary.
    """
    wanted = tomllib.loads(text)
    change(wanted)
    try:
        document = tomlkit.parse(text)
        change(document)
        changed = tomlkit.dumps(document)
        if tomllib.loads(changed) == wanted:
            return changed
    except (TOMLKitError, ValueError):  # a form of TOML that the library cannot edit
        pass
    return tomlkit.dumps(wanted)


def _merge(
    table: MutableMapping[str, Any], changes: Mapping[str, Any], path: tuple[str, ...]
) -> None:
    for key, value in changes.items():
        place = (*path, key)
        if value is None:
            table.pop(key, None)
        elif isinstance(value, Mapping):
            if not isinstance(table.get(key), MutableMapping):
                table[key] = {}
            _merge(table[key], value, place)
        else:
            table[key] = _date(value) if place in _DATES else _without_null(value)


def _date(value: object) -> object:
    """Convert a text to a date; return other values, which are faults, unchanged."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def _without_null(value: object) -> object:
    """Return a value with every `null` removed, because TOML has no null."""
    if isinstance(value, list):
        return [_without_null(one) for one in value if one is not None]
    if isinstance(value, Mapping):
        return {key: _without_null(one) for key, one in value.items() if one is not None}
    return value


def _depth(value: object, limit: int = _MAX_DEPTH + 1) -> int:
    """Return the nesting depth of a value, up to `limit`."""
    if limit == 0 or not isinstance(value, Mapping | list):
        return 0
    inner = value.values() if isinstance(value, Mapping) else value
    return 1 + max((_depth(one, limit - 1) for one in inner), default=0)
