"""TOML text to tables, past its syntax errors where one line is all that is lost."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from coach.errors import InputFault
from coach.intake.fault_messages import WHOLE_FILE, quoted
from coach.intake.toml_positions import KeyPath, TooDeepError, dotted_key, key_lines, key_on_line

_MAX_ERRORS = 20
_MAX_RECOVERABLE_LENGTH = 65_536  # characters; each error costs another reading of the text


@dataclass(frozen=True, slots=True)
class TomlText:
    """Tables (`None` where the text could not be read on), each key's line, and the errors."""

    tables: dict[str, Any] | None
    lines: dict[KeyPath, int]
    faults: tuple[InputFault, ...]


def parse_toml(file: str, text: str) -> TomlText:
    """Parse `text`; a line that is no TOML is told and left out, so that the rest is read too.

    A broken header of a table ends the reading: the keys below it would land in another table.
    """
    try:
        lines = key_lines(text)
    except TooDeepError as error:
        return TomlText(None, {}, (InputFault(file, error.line, WHOLE_FILE, str(error)),))
    faults: list[InputFault] = []
    left = text.split("\n")
    while len(faults) < _MAX_ERRORS:
        try:
            return TomlText(tomllib.loads("\n".join(left)), lines, tuple(faults))
        except ValueError as error:
            fault = _fault(file, "\n".join(left), error)
        faults.append(fault)
        broken = left[fault.row - 1]
        alone = fault.column != WHOLE_FILE and not broken.lstrip().startswith("[")
        if not (alone and broken) or len(text) > _MAX_RECOVERABLE_LENGTH:
            break
        left[fault.row - 1] = ""
    return TomlText(None, lines, tuple(faults))


def _fault(file: str, text: str, error: ValueError) -> InputFault:
    place = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
    last = text.count("\n") + 1
    line = min(int(place[1] or last), last) if place else 1
    reason = str(error).replace(place[0], "") if place else str(error)
    column = dotted_key(key_on_line(text, line)) or WHOLE_FILE
    return InputFault(file, line, column, f"this is not TOML: {quoted(reason)[1:-1]}")
