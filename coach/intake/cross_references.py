"""What one file says of people in the other: wishes, refusals, pins and bans."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from coach.cycle import Cycle
from coach.errors import InputFault
from coach.intake.cycle_file import CycleFile
from coach.intake.people_sheet import Draft, PeopleSheet
from coach.intake.reference import Reading
from coach.intake.wording import shown

YOUNGEST_YEARS = 16


def cross_faults(
    cycle_file: CycleFile, coachees: PeopleSheet, coaches: PeopleSheet, reading: Reading
) -> Iterator[InputFault]:
    """Every id that names nobody, every pin that is banned, and births after the cycle."""
    yield from _unknown_ids(coachees, coaches, ("prefers", "refuses"), reading)
    yield from _unknown_ids(coaches, coachees, ("refuses",), reading)
    if cycle_file.cycle is not None:
        yield from _unknown_pins(cycle_file, cycle_file.cycle, coachees, coaches, reading)
        for sheet in (coachees, coaches):
            yield from _born_too_late(sheet, cycle_file.cycle)


def _unknown_ids(
    sheet: PeopleSheet, others: PeopleSheet, columns: Iterable[str], reading: Reading
) -> Iterator[InputFault]:
    for draft in sheet.drafts:
        for column in columns:
            for ident in draft.values.get(column, ()):
                if message := _nobody(ident, others, reading):
                    yield InputFault(sheet.file, draft.row, column, message)


def _nobody(ident: str, people: PeopleSheet, reading: Reading) -> str | None:
    if ident in people.ids or not people.complete_ids:
        return None
    hint = reading.did_you_mean(ident, people.ids)
    return f"{shown(ident)} is no id of {people.kind} in {people.file}{hint}"


def _unknown_pins(
    file: CycleFile, cycle: Cycle, coachees: PeopleSheet, coaches: PeopleSheet, reading: Reading
) -> Iterator[InputFault]:
    for table, entries in (
        ("pins", {coachee: (coach,) for coachee, coach in cycle.pins.items()}),
        ("bans", {coachee: tuple(sorted(banned)) for coachee, banned in cycle.bans.items()}),
    ):
        for coachee, named in entries.items():
            wrong = [_nobody(coachee, coachees, reading)]
            wrong += [_nobody(coach, coaches, reading) for coach in named]
            yield from (file.fault((table, coachee), message) for message in wrong if message)
    for coachee, coach in cycle.pins.items():
        if coach in cycle.bans.get(coachee, ()):
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
