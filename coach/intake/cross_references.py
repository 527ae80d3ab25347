"""Checks values against other files: ids of people in lists and cycle files, and birth years."""

from __future__ import annotations

from collections.abc import Iterator

from coach.cycle import Cycle
from coach.errors import InputFault
from coach.intake import facts
from coach.intake.columns import PeopleKind
from coach.intake.cycle_file import CycleFile
from coach.intake.fault_messages import excerpt, with_suggestion
from coach.intake.people_sheet import Draft, PeopleSheet
from coach.intake.reference import ReadContext
from coach.intake.unknown_ids import is_unknown, unknown_chain_ids, unknown_ids
from coach.texts.facts import Fact

MIN_AGE_YEARS = 16
_UNKNOWN_IDS = {
    PeopleKind.COACHEES: facts.UNKNOWN_COACHEE,
    PeopleKind.COACHES: facts.UNKNOWN_COACH,
}
_UNKNOWN_IN_CYCLE = {
    PeopleKind.COACHEES: facts.UNKNOWN_COACHEE_IN_CYCLE,
    PeopleKind.COACHES: facts.UNKNOWN_COACH_IN_CYCLE,
}


def cross_reference_faults(
    cycle_file: CycleFile, coachees: PeopleSheet, coaches: PeopleSheet, read_context: ReadContext
) -> Iterator[InputFault]:
    """Yield the faults in a cycle file and two sheets that only a comparison of files reveals."""
    yield from pin_faults(cycle_file, coachees, coaches, read_context)
    yield from sheet_faults(coachees, coaches, cycle_file.cycle, read_context)
    yield from sheet_faults(coaches, coachees, cycle_file.cycle, read_context)


def sheet_faults(
    sheet: PeopleSheet, others: PeopleSheet, cycle: Cycle | None, read_context: ReadContext
) -> Iterator[InputFault]:
    """Yield a fault for each implausible birth year and, if strict, each unknown id."""
    if read_context.strict:
        yield from unknown_id_faults(sheet, others, read_context)
    if cycle is not None:
        yield from _birth_year_faults(sheet, cycle)


def unknown_id_faults(
    sheet: PeopleSheet, others: PeopleSheet, read_context: ReadContext
) -> Iterator[InputFault]:
    """Yield a fault for each id in a preference or refusal that is missing from the other sheet."""
    for draft, column, ident in unknown_ids(sheet, others):
        if message := _unknown_id_message(ident, others, read_context):
            yield InputFault(sheet.name, draft.row, column, message)


def unknown_chain_faults(
    coaches: PeopleSheet, coachees: PeopleSheet, read_context: ReadContext
) -> Iterator[InputFault]:
    """Yield a fault for each id in a chain of command that no coachee has."""
    for draft, column, entry in unknown_chain_ids(coaches, coachees):
        if message := _unknown_id_message(entry, coachees, read_context):
            yield InputFault(coaches.name, draft.row, column, message)


def _unknown_id_message(ident: str, people: PeopleSheet, read_context: ReadContext) -> Fact | None:
    if not is_unknown(ident, people):
        return None
    shown = excerpt(ident)
    if people.file:
        unknown = _UNKNOWN_IDS[people.kind](id=shown, file=people.file)
    else:
        unknown = _UNKNOWN_IN_CYCLE[people.kind](id=shown)
    return with_suggestion(unknown, read_context.nearest(ident, people.ids))


def pin_faults(
    file: CycleFile, coachees: PeopleSheet, coaches: PeopleSheet, read_context: ReadContext
) -> Iterator[InputFault]:
    """Yield a fault for each unknown id, repeated waiver and banned pin in a cycle file."""
    for table, entries in (
        ("pins", {coachee: (coach,) for coachee, coach in file.pins.items()}),
        ("bans", {coachee: tuple(sorted(banned)) for coachee, banned in file.bans.items()}),
    ):
        for coachee, named in entries.items():
            wrong = [_unknown_id_message(coachee, coachees, read_context)]
            wrong += [_unknown_id_message(coach, coaches, read_context) for coach in named]
            yield from (file.fault((table, coachee), message) for message in wrong if message)
    yield from _waiver_faults(file, coachees, coaches, read_context)
    for coachee in file.preferred_by:
        if message := _unknown_id_message(coachee, coachees, read_context):
            yield file.fault(("timetable", "preferred_by", coachee), message)
    for coachee, coach in file.pins.items():
        if coach in file.bans.get(coachee, ()):
            yield file.fault(
                ("pins", coachee),
                facts.PIN_IS_BANNED(coach=excerpt(coach), coachee=excerpt(coachee)),
            )


def _waiver_faults(
    file: CycleFile, coachees: PeopleSheet, coaches: PeopleSheet, read_context: ReadContext
) -> Iterator[InputFault]:
    """Yield a fault for each unknown id in a waiver and each waiver that repeats another."""
    seen: dict[tuple[str, str, str], int] = {}
    for place, waiver in file.waivers:
        for key, ident, people in (
            ("coachee", waiver.coachee, coachees),
            ("coach", waiver.coach, coaches),
        ):
            if message := _unknown_id_message(ident, people, read_context):
                yield file.fault(("waivers", place, key), message)
        first = seen.setdefault((waiver.coachee, waiver.coach, waiver.rule), place)
        if first != place:
            yield file.fault(("waivers", place), facts.WAIVED_TWICE(number=first + 1))


def _birth_year_faults(sheet: PeopleSheet, cycle: Cycle) -> Iterator[InputFault]:
    latest = cycle.cycle.start.year - MIN_AGE_YEARS
    for draft in sheet.drafts:
        if _birth_year(draft) > latest:
            yield InputFault(
                sheet.name,
                draft.row,
                "birth_year",
                facts.BIRTH_YEAR_TOO_LATE(
                    year=_birth_year(draft), cycle_year=cycle.cycle.start.year, latest=latest
                ),
            )


def _birth_year(draft: Draft) -> int:
    return int(draft.values.get("birth_year", 0))
