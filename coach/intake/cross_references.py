"""What one file says of people in the other: wishes, refusals, pins, bans and times."""

from __future__ import annotations

from collections.abc import Iterator

from coach.cycle import Cycle
from coach.errors import InputFault
from coach.intake.columns import PeopleKind
from coach.intake.cycle_file import CycleFile
from coach.intake.fault_messages import shown
from coach.intake.people_sheet import Draft, PeopleSheet
from coach.intake.reference import Reading

YOUNGEST_YEARS = 16
_NAMING = {PeopleKind.COACHEES: ("prefers", "refuses"), PeopleKind.COACHES: ("refuses",)}


def cross_faults(
    cycle_file: CycleFile, coachees: PeopleSheet, coaches: PeopleSheet, reading: Reading
) -> Iterator[InputFault]:
    """All that is wrong between a policy and two sheets, file after file."""
    yield from pin_faults(cycle_file, coachees, coaches, reading)
    yield from sheet_faults(coachees, coaches, cycle_file.cycle, reading)
    yield from sheet_faults(coaches, coachees, cycle_file.cycle, reading)


def sheet_faults(
    sheet: PeopleSheet, others: PeopleSheet, cycle: Cycle | None, reading: Reading
) -> Iterator[InputFault]:
    """Every id in `sheet` that names nobody of the other sheet, and births after the cycle."""
    for draft in sheet.drafts:
        for column in _NAMING[sheet.kind]:
            for ident in draft.values.get(column, ()):
                if message := _nobody(ident, others, reading):
                    yield InputFault(sheet.file, draft.row, column, message)
    if cycle is not None:
        yield from _born_too_late(sheet, cycle)


def _nobody(ident: str, people: PeopleSheet, reading: Reading) -> str | None:
    if ident in people.ids or not people.complete_ids:
        return None
    hint = reading.did_you_mean(ident, people.ids)
    return f"{shown(ident)} is no id of {people.kind} in {people.file}{hint}"


def pin_faults(
    file: CycleFile, coachees: PeopleSheet, coaches: PeopleSheet, reading: Reading
) -> Iterator[InputFault]:
    """Every id in the policy that names nobody, and every pin that is banned."""
    for table, entries in (
        ("pins", {coachee: (coach,) for coachee, coach in file.pins.items()}),
        ("bans", {coachee: tuple(sorted(banned)) for coachee, banned in file.bans.items()}),
    ):
        for coachee, named in entries.items():
            wrong = [_nobody(coachee, coachees, reading)]
            wrong += [_nobody(coach, coaches, reading) for coach in named]
            yield from (file.fault((table, coachee), message) for message in wrong if message)
    for coachee in file.preferred_by:
        if message := _nobody(coachee, coachees, reading):
            yield file.fault(("timetable", "preferred_by", coachee), message)
    for coachee, coach in file.pins.items():
        if coach in file.bans.get(coachee, ()):
            yield file.fault(
                ("pins", coachee),
                f"{shown(coach)} is also banned for {shown(coachee)} in [bans]; remove one of both",
            )


def _born_too_late(sheet: PeopleSheet, cycle: Cycle) -> Iterator[InputFault]:
    latest = cycle.cycle.start.year - YOUNGEST_YEARS
    for draft in sheet.drafts:
        if _birth_year(draft) > latest:
            yield InputFault(
                sheet.file,
                draft.row,
                "birth_year",
                f"{_birth_year(draft)} is too late for somebody in a cycle of "
                f"{cycle.cycle.start.year}; write {latest} or earlier",
            )


def _birth_year(draft: Draft) -> int:
    return int(draft.values.get("birth_year", 0))
