"""Files that people bring: read and held against each other before any transaction begins."""

from __future__ import annotations

from collections.abc import Sequence

from api.input_files.cycle_inputs import CycleInputs, parse_inputs
from api.input_files.policy_file import read_policy_file
from api.input_files.reference_data import reference
from api.input_files.source import NamedFile
from coach.cycle import Cycle
from coach.errors import UnusableInputError
from coach.intake.columns import PeopleKind
from coach.intake.cross_references import cross_reference_faults
from coach.intake.people_sheet import Draft, PeopleSheet
from coach.intake.reference import ReadContext
from coach.people import Person, Roster

CYCLE_FILE = "cycle.toml"
_REFERENCE_FIELDS = {"prefers", "refuses", "birth_year"}


def read_policy(file: NamedFile, roster: Roster | None = None) -> Cycle:
    """The policy in a cycle file; its pins and bans are held against `roster`, if there is one.

    Raises:
        UnusableInputError: with every fault of the file.
    """
    reading = ReadContext(reference())
    read = read_policy_file(file, reading)
    faults = list(read.faults)
    if roster is not None:
        coachees = _as_sheet(roster.coachees, PeopleKind.COACHEES)
        coaches = _as_sheet(roster.coaches, PeopleKind.COACHES)
        faults += cross_reference_faults(read, coachees, coaches, reading)
    if faults or read.cycle is None:
        raise UnusableInputError(faults)
    return read.cycle


def read_lists(source: str, coachees: NamedFile, coaches: NamedFile) -> CycleInputs:
    """Both lists of people, held against each other and the policy text `source` of the cycle.

    Raises:
        UnusableInputError: with every fault of both files.
    """
    return parse_inputs(NamedFile(CYCLE_FILE, source.encode()), coachees, coaches)


def _as_sheet(people: Sequence[Person], kind: PeopleKind) -> PeopleSheet:
    """People who are in the cycle already, as a sheet without faults."""
    drafts = tuple(
        Draft(
            row,
            {"id": person.id, **person.model_dump(include=_REFERENCE_FIELDS, exclude_none=True)},
        )
        for row, person in enumerate(people, start=2)
    )
    return PeopleSheet(
        file=f"the {kind} of this cycle",
        kind=kind,
        drafts=drafts,
        ids={person.id: row for row, person in enumerate(people, start=2)},
        complete_ids=bool(people),
        faults=(),
    )
