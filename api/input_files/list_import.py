"""Imports lists of people: reviews them, and writes them in the standard format."""

from __future__ import annotations

from codecs import BOM_UTF8
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from api.files.csv_writer import csv_bytes
from api.input_files.cycle_inputs import CycleInputs
from api.input_files.people_lists import PeopleLists
from coach.errors import InputFault
from coach.intake.columns import PeopleKind
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.list_review import ListedPerson, ListReview, review_lists
from coach.intake.people_sheet import PeopleSheet, Understood
from coach.intake.sheet_header import FIRST_ROW
from coach.intake.unknown_ids import without_unknown_ids
from coach.intake.written_form import people_rows
from coach.people import Roster

UNDERSTOOD_FILE = "understood.csv"
IMPORT_FILES = ("coachees.csv", "coaches.csv", UNDERSTOOD_FILE)
"""The names of the files that an import writes."""


@dataclass(frozen=True, slots=True)
class ListImport:
    """Both lists as they were read, and their review.

    Attributes:
        lists: the lists, with the row of each person.
        review: the people who are new, changed, gone or doubled.
        written: the people to write, without references to people who are not in the cycle.
        understood: the values that were not in the standard format, and how they were read; one
            item for each cell, or each entry of a cell.
        left_out: the removed references, that is, ids of people who are not in the cycle.
        warnings: warnings about possible mistakes in the lists, which do not prevent their use.
    """

    lists: PeopleLists
    review: ListReview
    written: Roster
    understood: tuple[Understood, ...]
    left_out: tuple[Understood, ...]
    warnings: tuple[InputFault, ...]

    def row(self, person: ListedPerson) -> int | None:
        """Return a person's row number, or `None` if the person is only in the earlier list."""
        return None if person.is_gone else self._sheet(person.kind).ids[person.id]

    def file(self, person: ListedPerson) -> str:
        """Return the name of the file that lists a person."""
        return self._sheet(person.kind).name

    def files(self) -> Mapping[str, bytes]:
        """Return the content of each of `IMPORT_FILES`."""
        coachees = people_rows(PeopleKind.COACHEES, self.written.coachees)
        coaches = people_rows(PeopleKind.COACHES, self.written.coaches)
        tables = (coachees, coaches, self._understood_rows())
        # Without a byte order mark, spreadsheet programs read UTF-8 as another encoding.
        content = (BOM_UTF8 + csv_bytes(next(table), table) for table in tables)
        return dict(zip(IMPORT_FILES, content, strict=True))

    def _sheet(self, kind: PeopleKind) -> PeopleSheet:
        return self.lists.coachees if kind is PeopleKind.COACHEES else self.lists.coaches

    def _understood_rows(self) -> Iterator[Sequence[str]]:
        yield "file", "row", "column", "written", "read_as", "sheet"
        for one in chain(self.understood, self.left_out):
            yield one.file, str(one.row), one.column, one.written, one.read_as, one.sheet


def import_lists(inputs: CycleInputs, earlier: Roster | None) -> ListImport:
    """Review the lists in `inputs`, comparing them with the lists of an earlier cycle, if given."""
    lists = inputs.lists
    review = review_lists(lists.roster(), earlier)
    coachees, coaches, left_out = without_unknown_ids(lists.coachees, lists.coaches)
    return ListImport(
        lists=lists,
        review=review,
        written=PeopleLists(coachees, coaches).roster(),
        understood=(*lists.coachees.understood, *lists.coaches.understood),
        left_out=left_out,
        warnings=(*_concerns(review, lists), *inputs.warnings),
    )


def _concerns(review: ListReview, lists: PeopleLists) -> Iterator[InputFault]:
    for compared, sheet in zip(review.lists, (lists.coachees, lists.coaches), strict=True):
        if compared.concern:
            yield InputFault(sheet.name, FIRST_ROW, WHOLE_FILE, compared.concern)
