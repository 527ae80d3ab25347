"""Finds the header row of a people file, and the column of each header."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from coach.folding import header_key as folded_header
from coach.intake import facts
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.fault_messages import WHOLE_FILE, excerpt, with_suggestion
from coach.intake.reference import ReadContext
from coach.intake.table import TextTable, header_key
from coach.intake.understanding import column_of_header, is_running_number
from coach.texts.facts import Fact

FIRST_ROW = 1  # in spreadsheet numbering
_MAX_TITLE_ROWS = 20
_MAX_SAMPLES = 3
_MAX_KEY_LENGTH = 100
_MIN_COLUMNS = 3  # of a list without known headers; a file with fewer columns is not a list
_LIKE_A_VALUE = re.compile(r"@|\d{2}|[;:]|https?:")  # occurs in values, but not in headers
_OF_OTHER_KIND = {
    PeopleKind.COACHEES: facts.COLUMN_OF_COACHES,
    PeopleKind.COACHES: facts.COLUMN_OF_COACHEES,
}
_NOT_A_COLUMN = {
    PeopleKind.COACHEES: facts.NOT_A_COLUMN_OF_COACHEES,
    PeopleKind.COACHES: facts.NOT_A_COLUMN_OF_COACHES,
}
_OTHER_LIST = {
    PeopleKind.COACHEES: facts.LIST_OF_COACHES,
    PeopleKind.COACHES: facts.LIST_OF_COACHEES,
}

AddFault = Callable[[int, str, Fact], None]
"""Records a fault in a row and column."""


@dataclass(frozen=True, slots=True)
class UnknownHeader:
    """A header that is not understood.

    Attributes:
        header: the header as written.
        key: its key in `ReadContext.mapping`, together with the kind of people.
        suggestion: the nearest name of a column, if there is one.
        samples: the first values below it, without duplicates.
    """

    header: str
    key: str
    suggestion: str | None
    samples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SheetHeader:
    """The header of a people file.

    Attributes:
        row: the number of the header row, from 1.
        places: the index of each known column, from 0.
        understood: headers that are not names of columns but whose meaning is certain, each with
            the name of its column.
        unknown: headers that are not understood.
        is_unusable: whether the file is the other list, is not a list at all, or has no known
            headers.
    """

    row: int
    places: dict[str, int] = field(default_factory=dict)
    understood: list[tuple[str, str]] = field(default_factory=list)
    unknown: list[UnknownHeader] = field(default_factory=list)
    is_unusable: bool = False


def read_header(
    table: TextTable, kind: PeopleKind, read_context: ReadContext, add_fault: AddFault
) -> SheetHeader:
    """Find the header row and its columns, and add a fault for each problem in that row."""
    reader = _HeaderReader(table, kind, read_context, add_fault)
    return reader.read()


def column_letters(place: int) -> str:
    """Return the letters of a spreadsheet column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _mapping_key(header: str) -> str:
    return folded_header(header)[:_MAX_KEY_LENGTH]


@dataclass(frozen=True, slots=True)
class _HeaderReader:
    table: TextTable
    kind: PeopleKind
    read_context: ReadContext
    add_fault: AddFault

    def read(self) -> SheetHeader:
        header = SheetHeader(self._header_row())
        cells = self.table.rows[header.row - 1] if self.table.rows else ()
        if not any(map(str.strip, cells)) and (self.read_context.strict or self._is_empty()):
            self.add_fault(header.row, "id", facts.EMPTY_HEADER())
            return header
        if self._is_of_other_kind(cells):
            self.add_fault(header.row, WHOLE_FILE, _OTHER_LIST[self.kind]())
            return SheetHeader(header.row, is_unusable=True)
        if not self.read_context.strict and not any(map(self._column, cells)):
            required = [column.name for column in COLUMNS[self.kind] if column.required]
            self.add_fault(header.row, WHOLE_FILE, facts.NO_HEADER(columns=required))
            unknown = list(self._unknown_headers(header.row, cells))
            return SheetHeader(header.row, unknown=unknown, is_unusable=True)
        for place, cell in enumerate(cells):
            self._add_column(header, place, cell)
        for column in COLUMNS[self.kind]:
            if column.required and column.name not in header.places:
                self.add_fault(header.row, column.name, facts.COLUMN_MISSING())
        return header

    def _header_row(self) -> int:
        """Return the number of the row with the most known headers; rows above it are titles.

        If no row has two known headers, the first row is returned.
        """
        if self.read_context.strict:
            return FIRST_ROW
        rows = self.table.rows[:_MAX_TITLE_ROWS]
        known = [len({self._column(cell) for cell in row} - {None}) for row in rows]
        best = max(known, default=0)
        return known.index(best) + 1 if best > 1 else FIRST_ROW

    def _is_empty(self) -> bool:
        return not any(cell.strip() for row in self.table.rows for cell in row)

    def _is_of_other_kind(self, cells: Sequence[str]) -> bool:
        """Return whether the header has the required columns of the other list, not this one."""
        (other,) = (kind for kind in PeopleKind if kind is not self.kind)
        own_only, others_only = (
            {column.name for column in COLUMNS[kind] if column.required} - set(_NAMES[besides])
            for kind, besides in ((self.kind, other), (other, self.kind))
        )
        found = {self._column(cell, other) for cell in cells}
        return others_only <= found and not own_only & {self._column(cell) for cell in cells}

    def _column(self, cell: str, kind: PeopleKind | None = None) -> str | None:
        """Return the name of the column that a header denotes, or `None` if it is unknown."""
        kind = kind or self.kind
        exact = _COLUMN_BY_KEY[kind].get(header_key(cell))
        if exact is not None or self.read_context.strict:
            return exact
        meant = self._mapped(cell, kind) or column_of_header(cell)
        return meant if meant in _NAMES[kind] else None

    def _mapped(self, cell: str, kind: PeopleKind) -> str | None:
        """Return the column that a user assigned to a header, "" to skip it, or `None` if none."""
        return self.read_context.mapping.get((kind.value, _mapping_key(cell)))

    def _add_column(self, header: SheetHeader, place: int, cell: str) -> None:
        name = self._column(cell)
        if name is None:
            if self._mapped(cell, self.kind) != "":
                self._add_unknown_column(header, place, cell)
        elif name in header.places:
            self.add_fault(header.row, name, facts.COLUMN_TWICE(column=excerpt(cell)))
        else:
            header.places[name] = place
            if header_key(cell) not in _COLUMN_BY_KEY[self.kind]:
                header.understood.append((cell.strip(), name))

    def _add_unknown_column(self, header: SheetHeader, place: int, cell: str) -> None:
        row = header.row
        if not cell.strip():
            used = (number for number, cells in enumerate(self.table.rows[row:], row + 1)
                    if len(cells) > place and cells[place].strip())  # fmt: skip
            if first := next(used, None):
                message = facts.COLUMN_WITHOUT_HEADER(row=first)
                self.add_fault(row, column_letters(place), message)
            return
        unknown_header = self._unknown_header(row, place, cell)
        header.unknown.append(unknown_header)
        near = unknown_header.suggestion
        others = (names for kind, names in _COLUMN_BY_KEY.items() if kind is not self.kind)
        if any(header_key(cell) in names for names in others):
            self.add_fault(row, excerpt(cell), _OF_OTHER_KIND[self.kind]())
            return
        unknown = _NOT_A_COLUMN[self.kind]()
        advised = (
            with_suggestion(unknown, near) if near else facts.RENAME_OR_DELETE(message=unknown)
        )
        self.add_fault(row, excerpt(cell), advised)

    def _unknown_header(self, row: int, place: int, cell: str) -> UnknownHeader:
        near = self.read_context.nearest(cell.strip(), _NAMES[self.kind])
        if is_running_number(cell) and not any(map(self._is_id, self.table.rows[row - 1])):
            near = "id"
        return UnknownHeader(excerpt(cell), _mapping_key(cell), near, self._samples(row, place))

    def _unknown_headers(self, row: int, cells: Sequence[str]) -> Iterator[UnknownHeader]:
        """Yield the headers of a file without known headers, if the file is a table."""
        texts = [(place, cell) for place, cell in enumerate(cells) if cell.strip()]
        looks_like_header = not any(_LIKE_A_VALUE.search(cell) for _, cell in texts)
        if len(texts) >= _MIN_COLUMNS and len(self.table.rows) > row and looks_like_header:
            for place, cell in texts:
                if self._mapped(cell, self.kind) != "":
                    yield self._unknown_header(row, place, cell)

    def _is_id(self, cell: str) -> bool:
        return self._column(cell) == "id"

    def _samples(self, row: int, place: int) -> tuple[str, ...]:
        below = (cells[place] for cells in self.table.rows[row:] if len(cells) > place)
        shown = (excerpt(cell) for cell in below if cell.strip())
        return tuple(islice(dict.fromkeys(shown), _MAX_SAMPLES))


_NAMES: dict[PeopleKind, Sequence[str]] = {
    kind: tuple(column.name for column in columns) for kind, columns in COLUMNS.items()
}
_COLUMN_BY_KEY = {
    kind: {header_key(name): name for name in names} for kind, names in _NAMES.items()
}
