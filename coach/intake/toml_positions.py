"""Finds the line of each key in a TOML document, which `tomllib` does not report.

The scanner implements just enough of TOML 1.0 to find keys, and skips values. It does not validate
the document; after a syntax error, the result may be incomplete.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field

from coach.errors import InvalidValueError
from coach.intake import cycle_file_facts as facts
from coach.intake.fault_messages import excerpt

KeyPath = tuple[str | int, ...]

MAX_DEPTH = 12  # levels of tables, arrays and dotted keys; a cycle file needs four


class TooDeepError(InvalidValueError):
    """Keys or values are nested too deeply at `line`."""

    def __init__(self, line: int) -> None:
        self.line = line
        super().__init__(facts.NESTED_TOO_DEEPLY(count=MAX_DEPTH))


_TOKEN = re.compile(
    r"""
      (?P<blank>[ \t\r]+|\#[^\n]*)
    | (?P<newline>\n)
    | (?P<string>\"\"\"(?:\\.|[^\\])*?\"{3,5}|'''.*?'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')
    | (?P<sign>[\[\]{}=,.])
    | (?P<bare>[^\s\#"'\[\]{}=,.]+)
    | (?P<stray>.)
    """,
    re.VERBOSE | re.DOTALL,
)


@dataclass(slots=True)
class _Scope:
    """An open container: its path, whether it is an array, and the index of the next element."""

    path: KeyPath
    is_array: bool = False
    count: int = 0


@dataclass(slots=True)
class _Scanner:
    lines: dict[KeyPath, int] = field(default_factory=dict)
    newest: dict[int, KeyPath] = field(default_factory=dict)
    table: KeyPath = ()
    scopes: list[_Scope] = field(default_factory=list)
    key: list[str] = field(default_factory=list)
    in_value: bool = False
    header_depth: int = 0
    tables_in_array: dict[KeyPath, int] = field(default_factory=dict)
    value_path: KeyPath = ()

    def record(self, path: KeyPath, line: int) -> None:
        if len(path) > MAX_DEPTH:
            raise TooDeepError(line)
        for length in range(1, len(path) + 1):
            self.lines.setdefault(path[:length], line)
        self.newest[line] = path

    def consume(self, kind: str, token: str, line: int) -> None:
        if kind == "newline":
            if not self.scopes:
                self.key, self.in_value, self.header_depth = [], False, 0
        elif kind == "sign":
            self._sign(token, line)
        elif self.in_value:
            self._element(line)
        else:
            self.key.append(_key_part(token))
            if len(self.key) > MAX_DEPTH:
                raise TooDeepError(line)

    def _sign(self, sign: str, line: int) -> None:
        if not self.in_value and not self.scopes and sign in "[]":
            self._header(sign, line)
        elif sign == "=" and not self.in_value:
            base = self.scopes[-1].path if self.scopes else self.table
            self.value_path = (*base, *self.key)
            self.record(self.value_path, line)
            self.key, self.in_value = [], True
        elif sign in "[{" and self.in_value:
            self._element(line)
            self.scopes.append(_Scope(self.value_path, is_array=sign == "["))
            self.in_value = sign == "["
        elif sign in "]}" and self.scopes:
            self.scopes.pop()
            self.key, self.in_value = [], True
        elif sign == "," and self.scopes:
            self.scopes[-1].count += 1
            self.in_value = self.scopes[-1].is_array

    def _header(self, sign: str, line: int) -> None:
        if sign == "[":
            self.header_depth += 1
        elif self.key:
            self.table = tuple(self.key)
            if self.header_depth > 1:  # the next table of an array
                number = self.tables_in_array.get(self.table, 0)
                self.tables_in_array[self.table] = number + 1
                self.table = (*self.table, number)
            self.record(self.table, line)
            self.key = []

    def _element(self, line: int) -> None:
        """Handle the start of a value; in an array, record the element under its index."""
        if self.scopes and self.scopes[-1].is_array:
            scope = self.scopes[-1]
            self.value_path = (*scope.path, scope.count)
            self.record(self.value_path, line)


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the 1-based line number of each key, table and array element, keyed by path.

    Raises:
        TooDeepError: keys or values are nested deeper than `MAX_DEPTH`.
    """
    return _scan(text).lines


def key_on_line(text: str, line: int) -> KeyPath:
    """Return the path of the last key on `line`, even a duplicate, or `()` if there is none."""
    return _scan(text).newest.get(line, ())


def _scan(text: str) -> _Scanner:
    scanner = _Scanner()
    for kind, token, line in _tokens(text):
        scanner.consume(kind, token, line)
    return scanner


def line_of(lines: dict[KeyPath, int], path: KeyPath) -> int:
    """Return the line of `path`, or of the nearest enclosing table, or 1."""
    for length in range(len(path), 0, -1):
        if path[:length] in lines:
            return lines[path[:length]]
    return 1


def dotted_key(path: KeyPath) -> str:
    """Format `("calendar", "blackout", 1)` as `calendar.blackout[1]`."""
    return "".join(
        f"[{part}]" if isinstance(part, int) else f".{excerpt(part)}" for part in path
    ).lstrip(".")


def _tokens(text: str) -> Iterator[tuple[str, str, int]]:
    line = 1
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup or "stray"
        if kind not in {"blank", "stray"}:
            yield kind, match[0], line
        line += match[0].count("\n")


def _key_part(token: str) -> str:
    if token[0] not in "\"'":
        return token
    try:
        return str(tomllib.loads(f"key = {token}")["key"])
    except tomllib.TOMLDecodeError:
        return token[1:-1]
