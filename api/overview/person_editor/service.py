"""Use cases for reading and changing one person's data, as cells of their list."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_row, header_of
from api.cycles.versions import Part, next_version
from api.http.principal import SYSTEM, Principal
from api.input_files.reference_data import reference
from api.overview.person_editor import facts
from api.participants.humans import link_humans
from api.participants.own_values import set_own_values
from api.participants.rows import PersonRow, Side
from api.participants.service import person_row, profile_of
from api.participants.undo import end_undo
from api.services import Services
from coach.errors import (
    ChangedSinceError,
    ConflictError,
    Difference,
    InputFault,
    UnusableInputError,
)
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.people_sheet import read_sheet
from coach.intake.reference import ReadContext
from coach.intake.table import TextTable
from coach.intake.written_form import people_rows, written_cell
from coach.people import Coach, Coachee

KINDS = {Side.COACHEE: PeopleKind.COACHEES, Side.COACH: PeopleKind.COACHES}
_SHARED = (
    *("name", "country", "timezone", "languages", "availability", "unavailable"),
    *("rank", "service", "unit", "topics"),
)
EDITED: Mapping[Side, tuple[str, ...]] = {
    Side.COACHEE: (*_SHARED, "role", "rank_sensitivity", "uniformed_coach", "priority"),
    Side.COACH: (*_SHARED, "capacity", "max_per_day", "max_per_week", "chain_of_command"),
}
"""The columns that the office can edit. Addresses are changed in the directory instead."""
_NAMING_OTHERS = frozenset({"chain_of_command"})


@dataclass(frozen=True, slots=True)
class EditedPerson:
    """A person in a cycle, with the cells that can be edited, and the version of their data."""

    id: str
    side: Side
    code: str
    name: str
    cycle: CycleHeader
    cells: Mapping[str, str]
    version: int


def read_person(services: Services, person_id: str, principal: Principal = SYSTEM) -> EditedPerson:
    """Return a person with the cells that `principal` can edit.

    A manager limited to countries does not see the cells that name other people.

    Raises:
        NotFoundError: there is no such person.
        ConflictError: the person has left the cycle, or was erased.
    """
    with services.database.reading() as tx:
        return _edited(tx, _present(tx, person_id), principal)


def edit_person(
    services: Services,
    person_id: str,
    entered: Mapping[str, str],
    *,
    version: int | None,
    principal: Principal = SYSTEM,
) -> EditedPerson:
    """Change a person's cells; omitted cells do not change.

    The next run uses the new values. A later list keeps each new value unless the list's value
    differs from the previous list's. Earlier lists can no longer be restored. `version` is the
    version of the data on which the change is based; `None` disables the check.

    Raises:
        ChangedSinceError: the data has a different version, and nothing was changed.
        NotFoundError, ConflictError: see `read_person`.
        UnusableInputError: cells are invalid. The error lists all faults, with the field as the
            column, and nothing was changed.
    """
    with services.database.writing() as tx:
        row = _present(tx, person_id)
        before = profile_of(row)
        names = edited_columns(row.side, principal)
        cells = _cells(before, row.side) | _given(names, entered)
        person = _read(row.side, before, cells)
        if not principal.sees_country(person.country):
            raise UnusableInputError([InputFault("form", 1, "country", facts.BEYOND_LIMITS())])
        if version is not None and version != _version(row):
            raise ChangedSinceError(facts.CHANGED_SINCE(), _differences(row.side, before, person))
        _store(tx, services, row, person)
        return _edited(tx, row, principal)


def edited_columns(side: Side, principal: Principal) -> tuple[str, ...]:
    """Return the columns a user can edit; limited users cannot edit columns that name others."""
    return tuple(
        name for name in EDITED[side] if principal.countries is None or name not in _NAMING_OTHERS
    )


def _store(tx: Transaction, services: Services, row: PersonRow, person: Coachee | Coach) -> None:
    values = person.model_dump(mode="json", include={*EDITED[row.side]})
    changed = set_own_values(row, values)
    if not changed:
        return
    row.name, row.timezone = person.name, person.timezone
    link_humans(tx, [row], now=services.now())
    end_undo(tx, row.cycle_id)
    version = next_version(cycle_row(tx, row.cycle_id), Part.LISTS)
    details: dict[str, Any] = dict.fromkeys(changed, "changed")
    record_event(tx, "person edited", "person", row.id, **details)
    record_event(tx, "list edited", "cycle", row.cycle_id, version=version)


def _present(tx: Transaction, person_id: str) -> PersonRow:
    row = person_row(tx, person_id)
    if row.left_at is not None or row.erased_at is not None:
        raise ConflictError(facts.LEFT())
    return row


def _edited(tx: Transaction, row: PersonRow, principal: Principal) -> EditedPerson:
    cells = _cells(profile_of(row), row.side)
    return EditedPerson(
        id=row.id,
        side=row.side,
        code=row.code,
        name=row.name,
        cycle=header_of(cycle_row(tx, row.cycle_id)),
        cells={name: cells[name] for name in edited_columns(row.side, principal)},
        version=_version(row),
    )


def _cells(person: Coachee | Coach, side: Side) -> dict[str, str]:
    return {name: written_cell(person, name) for name in EDITED[side]}


def _given(names: Sequence[str], entered: Mapping[str, str]) -> dict[str, str]:
    """Return the entered cells; line breaks become the separator used in lists."""
    return {
        name: "; ".join(filter(None, map(str.strip, entered[name].splitlines())))
        for name in names
        if name in entered
    }


def _read(side: Side, before: Coachee | Coach, cells: Mapping[str, str]) -> Coachee | Coach:
    """Return a person with the changed cells, parsed like a row of a list."""
    kind = KINDS[side]
    header, row = people_rows(kind, [before])
    texts = {**dict(zip(header, row, strict=True)), **cells}
    names = [column.name for column in COLUMNS[kind] if column.name in texts]
    table = TextTable("form", [names, [texts[name] for name in names]])
    sheet = read_sheet(table, kind, ReadContext(reference()))
    if sheet.faults:
        raise UnusableInputError(
            InputFault("form", 1, fault.column, fault.message) for fault in sheet.faults
        )
    return (sheet.coachees() if side is Side.COACHEE else sheet.coaches())[0]


def _differences(
    side: Side, stored: Coachee | Coach, submitted: Coachee | Coach
) -> list[Difference]:
    one, other = _cells(stored, side), _cells(submitted, side)
    return [Difference(name, one[name], other[name]) for name in one if one[name] != other[name]]


def _version(row: PersonRow) -> int:
    """Return a number that identifies the data, short enough to be used as an `ETag`."""
    data = json.dumps([row.profile, row.name], sort_keys=True).encode()
    return int(hashlib.sha256(data).hexdigest()[:7], 16)
