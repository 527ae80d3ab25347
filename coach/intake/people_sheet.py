"""Parses a table of text cells into people, reporting every fault with its location."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from coach.errors import InputFault
from coach.intake import facts
from coach.intake.cell_reading import ReadCell, read_cell
from coach.intake.cells import CellError
from coach.intake.columns import COLUMNS, Column, PeopleKind, example_row
from coach.intake.fault_messages import excerpt
from coach.intake.rank_cell import resolve_rank
from coach.intake.reference import ReadContext
from coach.intake.sheet_header import SheetHeader, UnknownHeader, column_letters, read_header
from coach.intake.table import TextTable
from coach.intake.understanding import Rewriting
from coach.people import Coach, Coachee
from coach.texts.facts import Displayed, Fact


@dataclass(frozen=True, slots=True)
class Draft:
    """A parsed row: the values of its valid cells, keyed by column name."""

    row: int
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Understood:
    """A value that is not in the standard format, and how it was read.

    `sheet` is the name of the sheet if the workbook has several.
    """

    file: str
    row: int
    column: str
    written: str
    read_as: str
    sheet: str = ""

    @property
    def message(self) -> Fact:
        """The fact that states the written value and how it was read."""
        return facts.UNDERSTOOD(written=excerpt(self.written), read_as=self.read_as)


@dataclass(frozen=True, slots=True)
class PeopleSheet:
    """A parsed people file: its rows, in file order, and all faults.

    `understood` lists the values that were understood although they are not in the standard format,
    and `left_out` the rows that were ignored. `sheet` is the name of the sheet if the workbook has
    several, and `unknown_headers` are the headers of columns that were not read.

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
    understood: tuple[Understood, ...] = ()
    left_out: tuple[InputFault, ...] = ()
    sheet: str = ""
    unknown_headers: tuple[UnknownHeader, ...] = ()

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
    understood: list[Understood] = field(default_factory=list)
    left_out: list[InputFault] = field(default_factory=list)
    cache: dict[tuple[str, ...], Any] = field(default_factory=dict)

    def read(self) -> PeopleSheet:
        header = read_header(self.table, self.kind, self.read_context, self._fault)
        if header.is_unusable:
            unread = unread_sheet(self.table.file, self.kind, self.faults)
            unknown = tuple(header.unknown)
            return replace(unread, sheet=self.table.sheet, unknown_headers=unknown)
        for written, name in header.understood:
            self._note(header.row, excerpt(written), [Rewriting(written, name)])
        drafts = [
            self._row(number, row, header)
            for number, row in enumerate(self.table.rows[header.row :], start=header.row + 1)
            if (
                any(cell.strip() for cell in row)
                or any((number, place) in self.table.cell_faults for place in range(len(row)))
            )
            and not self._is_example(number, row, header)
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
            complete_ids=all("id" in draft.values for draft in drafts) and "id" in header.places,
            faults=tuple(sorted(self.faults, key=lambda fault: fault.row)),
            understood=tuple(self.understood),
            left_out=tuple(self.left_out),
            sheet=self.table.sheet,
            unknown_headers=tuple(header.unknown),
        )

    def _is_example(self, number: int, row: Sequence[str], header: SheetHeader) -> bool:
        """Return whether a row is the template's example row, and record that it is left out.

        The example row is recognised by the id, name and address, even if other cells have been
        changed.
        """
        example = example_row(self.kind)
        for name in ("id", "name", "email"):
            place = header.places.get(name)
            if place is None or place >= len(row) or row[place].strip() != example[name]:
                return False
        left_out = InputFault(self.table.file, number, "id", facts.EXAMPLE_LEFT_OUT())
        self.left_out.append(left_out)
        return True

    def _fault(self, row: int, column: str, message: Displayed) -> None:
        self.faults.append(InputFault(self.table.file, row, column, message))

    def _note(self, row: int, column: str, rewritings: Sequence[Rewriting]) -> None:
        """Record the entries of a cell that were rewritten."""
        for written, read_as in rewritings:
            if written != read_as:
                self.understood.append(
                    Understood(self.table.file, row, column, written, read_as, self.table.sheet)
                )

    def _row(self, number: int, row: Sequence[str], header: SheetHeader) -> Draft:
        values: dict[str, Any] = {}
        faulty: set[str] = set()
        for column in COLUMNS[self.kind]:
            place = header.places.get(column.name)
            if place is None:
                continue
            cell_faults = self.table.cell_faults.get((number, place))
            text = row[place] if place < len(row) else ""
            found = CellError(cell_faults) if cell_faults else self._cell(column, text)
            if isinstance(found, CellError):
                faulty.add(column.name)
                self._add_cell_faults(number, column.name, found)
                continue
            self._note(number, column.name, found.rewritings)
            if found.value is not None:
                values[column.name] = found.value
        self._extra_cells(number, row, len(self.table.rows[header.row - 1]))
        if "country" in values and "timezone" not in values and "timezone" not in faulty:
            self._default_timezone(number, values)
        if "rank" in values:
            self._rank(number, values, readable=not faulty & {"country", "service"})
        return Draft(number, values)

    def _add_cell_faults(self, row: int, column: str, error: CellError) -> None:
        for message in error.messages:
            self._fault(row, column, message)

    def _extra_cells(self, number: int, row: Sequence[str], width: int) -> None:
        for place, cell in enumerate(row[width:], start=width):
            if cell.strip():
                message = facts.BEYOND_LAST_HEADER(value=excerpt(cell))
                self._fault(number, column_letters(place), message)
                return

    def _cell(self, column: Column, text: str) -> ReadCell | CellError:
        """Return the value of a cell, or its error, caching the result."""
        key = (column.name, text)
        if key not in self.cache:
            self.cache[key] = _value_or_error(read_cell, column, text, self.read_context)
        found: ReadCell | CellError = self.cache[key]
        return found

    def _default_timezone(self, number: int, values: dict[str, Any]) -> None:
        country = values["country"]
        default = self.read_context.reference.country_timezones.get(country)
        if default is None:
            self._fault(number, "timezone", facts.SEVERAL_TIME_ZONES(country=country))
        else:
            values["timezone"] = default

    def _rank(self, number: int, values: dict[str, Any], *, readable: bool) -> None:
        """Replace the text of a rank with the rank that it denotes.

        `readable` is false if the country or service is invalid; in that case, titles are not
        looked up.
        """
        title, country = values.pop("rank"), values.get("country")
        key = ("rank", title, country or "", values.get("service") or "")
        if key not in self.cache:
            place = (country, values.get("service")) if readable and country else None
            self.cache[key] = _value_or_error(resolve_rank, title, place, self.read_context)
        if isinstance(found := self.cache[key], CellError):
            self._add_cell_faults(number, "rank", found)
            return
        self._note(number, "rank", found.rewritings)
        if found.value is not None:
            values["rank"] = found.value


def _value_or_error(read: Any, *arguments: Any) -> Any:  # noqa: ANN401 - a value of any column
    try:
        return read(*arguments)
    except CellError as error:
        return error
