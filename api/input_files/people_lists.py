"""Reads both people lists, then checks them against each other and the policy."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain

from api.input_files.people_file import people_sheet
from api.input_files.source import InputSource
from coach.errors import InputFault
from coach.intake.columns import PeopleKind
from coach.intake.cross_references import (
    pin_faults,
    sheet_faults,
    unknown_chain_faults,
    unknown_id_faults,
)
from coach.intake.cycle_file import CycleFile
from coach.intake.facts import IN_SHEET, UNDERSTOOD_ALSO
from coach.intake.fault_messages import WHOLE_FILE
from coach.intake.id_lists import split_id_lists
from coach.intake.people_sheet import PeopleSheet, Understood, unread_sheet
from coach.intake.reference import ReadContext
from coach.intake.shared_addresses import identity_warnings
from coach.people import Roster
from coach.texts.facts import Fact


@dataclass(frozen=True, slots=True)
class PeopleLists:
    """Both parsed lists with their faults, except for faults in references between them."""

    coachees: PeopleSheet
    coaches: PeopleSheet

    @property
    def faults(self) -> tuple[InputFault, ...]:
        """The faults found within each list."""
        return (*self.coachees.faults, *self.coaches.faults)

    def roster(self) -> Roster:
        """Return the people in both lists, which must have no faults."""
        return Roster(coachees=self.coachees.coachees(), coaches=self.coaches.coaches())


def read_people_lists(
    coachees: InputSource, coaches: InputSource, context: ReadContext
) -> PeopleLists:
    """Read both lists. Workbooks are read in a child process."""
    of_coachees = _read_sheet(coachees, PeopleKind.COACHEES, context)
    of_coaches = _read_sheet(coaches, PeopleKind.COACHES, context)
    if context.strict:
        return PeopleLists(of_coachees, of_coaches)
    return PeopleLists(
        split_id_lists(of_coachees, of_coaches), split_id_lists(of_coaches, of_coachees)
    )


def input_faults(
    cycle_file: CycleFile, lists: PeopleLists, context: ReadContext
) -> Iterator[InputFault]:
    """Yield all faults in the policy and the lists, grouped by file and ordered by row."""
    coachees, coaches = lists.coachees, lists.coaches
    yield from _sorted_by_row(cycle_file.faults, pin_faults(cycle_file, coachees, coaches, context))
    for sheet, others in ((coachees, coaches), (coaches, coachees)):
        faults = _sorted_by_row(
            sheet.faults, sheet_faults(sheet, others, cycle_file.cycle, context)
        )
        yield from _with_sheet_name(faults, sheet, lists)


def input_warnings(lists: PeopleLists, context: ReadContext) -> Iterator[InputFault]:
    """Yield warnings about possible mistakes in both lists, ordered by row."""
    coachees, coaches = lists.coachees, lists.coaches
    warnings = [*identity_warnings(coachees, coaches)]
    if not context.strict:
        for sheet, others in ((coachees, coaches), (coaches, coachees)):
            warnings += ((sheet, one) for one in unknown_id_faults(sheet, others, context))
        warnings += ((coaches, one) for one in unknown_chain_faults(coaches, coachees, context))
    for sheet in (coachees, coaches):
        own = _sorted_by_row(warning for place, warning in warnings if place is sheet)
        yield from _with_sheet_name(own, sheet, lists)


def understood_values(lists: PeopleLists) -> Iterator[InputFault]:
    """Yield the values that were not in the standard format, and the omitted rows, ordered by row.

    The same value in the same column is mentioned once, with the number of other rows.
    """
    for sheet in (lists.coachees, lists.coaches):
        rows: dict[tuple[str, str, str], list[Understood]] = {}
        for one in sheet.understood:
            rows.setdefault((one.column, one.written, one.read_as), []).append(one)
        messages = [
            InputFault(same[0].file, same[0].row, same[0].column, _repeated(same))
            for same in rows.values()
        ]
        yield from _with_sheet_name(_sorted_by_row(sheet.left_out, messages), sheet, lists)


def _repeated(same: list[Understood]) -> Fact:
    message = same[0].message
    return UNDERSTOOD_ALSO(message=message, count=len(same) - 1) if same[1:] else message


def _read_sheet(source: InputSource, kind: PeopleKind, context: ReadContext) -> PeopleSheet:
    if isinstance(source, InputFault):
        return unread_sheet(source.file, kind, [source])
    return people_sheet(source.name, source.content, kind, context)


def _sorted_by_row(*found: Iterable[InputFault]) -> list[InputFault]:
    return sorted(dict.fromkeys(chain(*found)), key=lambda fault: fault.row)


def _with_sheet_name(
    faults: Iterable[InputFault], sheet: PeopleSheet, lists: PeopleLists
) -> Iterator[InputFault]:
    """Add the name of the sheet to each fault, if the workbook has several sheets."""
    one_file = lists.coachees.file == lists.coaches.file
    name = sheet.sheet or (sheet.kind.value if one_file else "")
    for fault in faults:
        if not name or (fault.column == WHOLE_FILE and not sheet.sheet):
            yield fault
        else:
            yield replace(fault, message=IN_SHEET(sheet=name, message=fault.message))
