"""Parses a table of text cells into people, reporting every fault with its location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coach.errors import InputFault
from coach.intake import cells, facts
from coach.intake.cells import CellError
from coach.intake.columns import COLUMNS, Column, PeopleKind
from coach.intake.fault_messages import excerpt, with_suggestion
from coach.intake.reference import ReadContext
from coach.intake.table import TextTable, header_key
from coach.people import Coach, Coachee
from coach.ranks import Rank, RankTitleError, looks_like_code, parse_code
from coach.texts.facts import Displayed

FIRST_ROW = 1  # in spreadsheet numbering
_OF_OTHER_KIND = {
    PeopleKind.COACHEES: facts.COLUMN_OF_COACHES,
    PeopleKind.COACHES: facts.COLUMN_OF_COACHEES,
}
_NOT_A_COLUMN = {
    PeopleKind.COACHEES: facts.NOT_A_COLUMN_OF_COACHEES,
    PeopleKind.COACHES: facts.NOT_A_COLUMN_OF_COACHES,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A parsed row: the values of its valid cells, by column name."""

    row: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class PeopleSheet:
    """A parsed people file: the drafts, in file order, and all faults.

    `ids` maps each valid id to its row. `complete_ids` is true if every row has a valid id, in
    which case an id that is not in `ids` does not exist. `file` is empty for people who are already
    in a cycle; their faults refer to the sheet by its `name`.
    """

    file: str
    kind: PeopleKind
    drafts: tuple[Draft, ...]
    ids: dict[str, int]
    complete_ids: bool
    faults: tuple[InputFault, ...]

    @property
    def name(self) -> str:
        """The file's name or, for people who are already in a cycle, the name of the sheet."""
        return self.file or self.kind.value

    def with_faults(self, more: Sequence[InputFault]) -> PeopleSheet:
        """Return a copy with additional faults, which were found while decoding the file."""
        faults = tuple(sorted((*more, *self.faults), key=lambda fault: fault.row))
        return replace(self, faults=faults, complete_ids=False)

    def coachees(self) -> tuple[Coachee, ...]:
        """Return the coachees in a sheet without faults."""
        return tuple(Coachee(**draft.values) for draft in self.drafts)

    def coaches(self) -> tuple[Coach, ...]:
        """Return the coaches in a sheet without faults."""
        return tuple(Coach(**draft.values) for draft in self.drafts)


def unread_sheet(file: str, kind: PeopleKind, faults: Sequence[InputFault]) -> PeopleSheet:
    """Return a `PeopleSheet` without people, for a file that could not be read."""
    return PeopleSheet(file, kind, (), {}, complete_ids=False, faults=tuple(faults))


def read_sheet(table: TextTable, kind: PeopleKind, read_context: ReadContext) -> PeopleSheet:
    """Parse all people in a table, collecting all faults."""
    return _SheetReader(table, kind, read_context).read()


@dataclass(slots=True)
class _SheetReader:
    table: TextTable
    kind: PeopleKind
    read_context: ReadContext
    faults: list[InputFault] = field(default_factory=list)
    cache: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def read(self) -> PeopleSheet:
        places = self._header()
        drafts = [
            self._row(number, row, places)
            for number, row in enumerate(self.table.rows[1:], start=FIRST_ROW + 1)
            if any(cell.strip() for cell in row)
            or any((number, place) in self.table.cell_faults for place in range(len(row)))
        ]
        ids: dict[str, int] = {}
        for draft in drafts:
            ident = draft.values.get("id")
            if ident is not None and ids.setdefault(ident, draft.row) != draft.row:
                used = facts.ID_USED_TWICE(id=excerpt(ident), row=ids[ident])
                self._fault(draft.row, "id", used)
        return PeopleSheet(
            file=self.table.file,
            kind=self.kind,
            drafts=tuple(drafts),
            ids=ids,
            complete_ids=all("id" in draft.values for draft in drafts) and "id" in places,
            faults=tuple(sorted(self.faults, key=lambda fault: fault.row)),
        )

    def _fault(self, row: int, column: str, message: Displayed) -> None:
        self.faults.append(InputFault(self.table.file, row, column, message))

    def _header(self) -> dict[str, int]:
        """Return the index of each known column, recording faults in the header row."""
        header = self.table.rows[0] if self.table.rows else ()
        if not any(cell.strip() for cell in header):
            self._fault(FIRST_ROW, "id", facts.EMPTY_HEADER())
            return {}
        known = {header_key(column.name): column.name for column in COLUMNS[self.kind]}
        places: dict[str, int] = {}
        for place, cell in enumerate(header):
            name = known.get(header_key(cell))
            if name is None:
                self._unknown_column(place, cell, tuple(known.values()))
            elif name in places:
                self._fault(FIRST_ROW, name, facts.COLUMN_TWICE(column=excerpt(cell)))
            else:
                places[name] = place
        for column in COLUMNS[self.kind]:
            if column.required and column.name not in places:
                self._fault(FIRST_ROW, column.name, facts.COLUMN_MISSING())
        return places

    def _unknown_column(self, place: int, cell: str, names: tuple[str, ...]) -> None:
        if not cell.strip():
            used = (number for number, row in enumerate(self.table.rows, FIRST_ROW)
                    if len(row) > place and row[place].strip())  # fmt: skip
            if first := next(used, None):
                message = facts.COLUMN_WITHOUT_HEADER(row=first)
                self._fault(FIRST_ROW, _column_letters(place), message)
            return
        for columns in COLUMNS.values():
            if header_key(cell) in {header_key(column.name) for column in columns}:
                self._fault(FIRST_ROW, excerpt(cell), _OF_OTHER_KIND[self.kind]())
                return
        near = self.read_context.nearest(cell.strip(), names)
        self._fault(FIRST_ROW, excerpt(cell), with_suggestion(_NOT_A_COLUMN[self.kind](), near))

    def _row(self, number: int, row: Sequence[str], places: dict[str, int]) -> Draft:
        values: dict[str, Any] = {}
        faulty: set[str] = set()
        for column in COLUMNS[self.kind]:
            place = places.get(column.name)
            if place is None:
                continue
            cell_faults = self.table.cell_faults.get((number, place))
            text = row[place] if place < len(row) else ""
            found = CellError(cell_faults) if cell_faults else self._cell(column, text)
            if isinstance(found, CellError):
                faulty.add(column.name)
                self._add_cell_faults(number, column.name, found)
            elif found is not None:
                values[column.name] = found
        self._extra_cells(number, row)
        if "country" in values and "timezone" not in values and "timezone" not in faulty:
            self._default_timezone(number, values)
        if "rank" in values:
            self._rank(number, values, readable=not faulty & {"country", "service"})
        return Draft(number, values)

    def _add_cell_faults(self, row: int, column: str, error: CellError) -> None:
        for message in error.messages:
            self._fault(row, column, message)

    def _extra_cells(self, number: int, row: Sequence[str]) -> None:
        width = len(self.table.rows[0])
        for place, cell in enumerate(row[width:], start=width):
            if cell.strip():
                message = facts.BEYOND_LAST_HEADER(value=excerpt(cell))
                self._fault(number, _column_letters(place), message)
                return

    def _cell(self, column: Column, text: str) -> Any:  # noqa: ANN401 - a value of any column
        """Return the value, `None` if the cell is empty, or the error; results are cached."""
        key = (column.name, text)
        if key not in self.cache:
            self.cache[key] = _value_or_error(self._read, column, text)
        return self.cache[key]

    def _read(self, column: Column, text: str) -> Any:  # noqa: ANN401 - a value of any column
        text = cells.clean_text(text)
        if text:
            value = column.read(text, self.read_context)
            if value != ():
                return value
        if column.required:
            raise CellError(facts.REQUIRED_CELL(description=column.description))
        return None

    def _default_timezone(self, number: int, values: dict[str, Any]) -> None:
        country = values["country"]
        default = self.read_context.reference.country_timezones.get(country)
        if default is None:
            self._fault(number, "timezone", facts.SEVERAL_TIME_ZONES(country=country))
        else:
            values["timezone"] = default

    def _rank(self, number: int, values: dict[str, Any], *, readable: bool) -> None:
        """Replace the text of a rank with the rank.

        `readable` is false if the country or service is invalid; titles are then not looked up.
        """
        title, country = values.pop("rank"), values.get("country")
        key = ("rank", title, country or "", values.get("service") or "")
        if key not in self.cache:
            place = (country, values.get("service")) if readable and country else None
            self.cache[key] = _value_or_error(self._resolve_rank, title, place)
        if isinstance(found := self.cache[key], CellError):
            self._add_cell_faults(number, "rank", found)
        elif found is not None:
            values["rank"] = found

    def _resolve_rank(self, text: str, place: tuple[str, str | None] | None) -> Rank | None:
        rank = parse_code(text)
        if rank is None and looks_like_code(text):
            raise CellError(facts.NOT_A_RANK(value=excerpt(text)))
        if rank is not None or place is None:
            return rank
        try:
            return self.read_context.reference.ranks.find(text, *place)
        except RankTitleError as error:
            near = self.read_context.nearest(text, error.titles) if error.titles else None
            raise CellError(with_suggestion(error.shown, near)) from None


def _value_or_error(read: Any, *arguments: Any) -> Any:  # noqa: ANN401 - a value of any column
    try:
        return read(*arguments)
    except CellError as error:
        return error


def _column_letters(place: int) -> str:
    """Return the letters of a spreadsheet column, counted from 0: 0 is A, 26 is AA."""
    letters = ""
    number = place + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
