"""Parses TOML documents, recovering from syntax errors confined to a single line."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import Any

from coach.errors import InputFault
from coach.intake import cycle_file_facts as facts
from coach.intake.fault_messages import WHOLE_FILE, excerpt
from coach.intake.toml_positions import KeyPath, TooDeepError, dotted_key, key_lines, key_on_line

_MAX_ERRORS = 20
_MAX_RECOVERABLE_LENGTH = 65_536  # characters; each error requires parsing the text again


@dataclass(frozen=True, slots=True)
class TomlText:
    """A parsed TOML document: its tables (`None` if parsing failed), key lines and faults."""

    tables: dict[str, Any] | None
    lines: dict[KeyPath, int]
    faults: tuple[InputFault, ...]


def parse_toml(file: str, text: str) -> TomlText:
    """Parse `text`, reporting and skipping each line with a syntax error.

    Parsing stops at an invalid table header, because the keys below it would be assigned to another
    table.
    """
    try:
        lines = key_lines(text)
    except TooDeepError as error:
        return TomlText(None, {}, (InputFault(file, error.line, WHOLE_FILE, error.shown),))
    faults: list[InputFault] = []
    left = text.split("\n")
    while len(faults) < _MAX_ERRORS:
        try:
            return TomlText(tomllib.loads("\n".join(left)), lines, tuple(faults))
        except ValueError as error:
            fault = _fault(file, "\n".join(left), error)
        faults.append(fault)
        faulty = left[fault.row - 1]
        alone = fault.column != WHOLE_FILE and not faulty.lstrip().startswith("[")
        if not (alone and faulty) or len(text) > _MAX_RECOVERABLE_LENGTH:
            break
        left[fault.row - 1] = ""
    return TomlText(None, lines, tuple(faults))


def _fault(file: str, text: str, error: ValueError) -> InputFault:
    place = re.search(r"\s*\(at (?:line (\d+), column \d+|end of document)\)", str(error))
    last = text.count("\n") + 1
    line = min(int(place[1] or last), last) if place else 1
    reason = str(error).replace(place[0], "") if place else str(error)
    column = dotted_key(key_on_line(text, line)) or WHOLE_FILE
    return InputFault(file, line, column, facts.NOT_TOML(reason=excerpt(reason)))
