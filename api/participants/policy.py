"""Checks a cycle's policy against the people in the cycle."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row, policy_of, store_policy
from api.input_files.policy_changes import changed_cycle_file
from api.input_files.policy_file import CYCLE_FILE, PolicyFile, parse_policy_file
from api.input_files.reference_data import reference
from api.input_files.source import NamedFile
from api.participants import facts
from api.participants.rows import PersonRow, Side
from coach.cycle import Cycle
from coach.errors import ConflictError, UnusableInputError
from coach.intake.columns import PeopleKind
from coach.intake.cross_references import cross_reference_faults
from coach.intake.people_sheet import Draft, PeopleSheet
from coach.intake.reference import ReadContext

_REFERENCE_FIELDS = (
    *("prefers", "refuses", "birth_year", "chain_of_command"),
    *("name", "email", "person", "unit"),
)


def checked_policy(tx: Transaction, cycle_id: str, file: PolicyFile) -> Cycle:
    """Return the policy in a cycle file, checked against the people currently in the cycle.

    Raises:
        NotFoundError: there is no such cycle.
        UnusableInputError: the file is invalid or names people who are not in the cycle. The error
            lists all faults.
    """
    cycle_row(tx, cycle_id)
    context = ReadContext(reference())
    faults = [
        *file.read.faults,
        *cross_reference_faults(
            file.read,
            current_sheet(tx, cycle_id, Side.COACHEE, PeopleKind.COACHEES),
            current_sheet(tx, cycle_id, Side.COACH, PeopleKind.COACHES),
            context,
        ),
    ]
    if faults:
        raise UnusableInputError(faults)
    return file.policy


def replace_policy(tx: Transaction, cycle_id: str, file: PolicyFile, *, now: datetime) -> None:
    """Replace a cycle's policy with the policy in a cycle file, checked in this transaction.

    Raises:
        NotFoundError: there is no such cycle.
        UnusableInputError: see `checked_policy`; nothing is changed.
    """
    store_policy(tx, cycle_id, checked_policy(tx, cycle_id, file), file.text, now=now)


def change_policy(
    tx: Transaction, cycle_id: str, changes: Mapping[str, JsonValue], *, now: datetime
) -> None:
    """Change policy settings in a cycle's file, preserving the file's comments.

    `changes` is a JSON merge patch (RFC 7396); `null` restores a default.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: the cycle file no longer contains the policy, because people were erased.
        UnusableInputError: see `checked_policy`; nothing is changed.
    """
    row = cycle_row(tx, cycle_id)
    require_complete_source(row)
    text = changed_cycle_file(row.source, changes, CYCLE_FILE)
    file = parse_policy_file(NamedFile(CYCLE_FILE, text.encode()))
    replace_policy(tx, cycle_id, file, now=now)


def require_complete_source(row: CycleRow) -> None:
    """Check that the cycle file still contains the policy.

    Raises:
        ConflictError: the file does not contain the policy, because people were erased.
    """
    read = parse_policy_file(NamedFile(CYCLE_FILE, row.source.encode())).read
    if read.cycle != policy_of(row):
        raise ConflictError(facts.POLICY_FILE_ERASED())


def current_sheet(tx: Transaction, cycle_id: str, side: Side, kind: PeopleKind) -> PeopleSheet:
    """Return the people on one side as a sheet without faults. Profiles are not validated again."""
    rows = tx.execute(
        select(PersonRow.code, PersonRow.profile)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.side == side, PersonRow.left_at.is_(None))
        .order_by(PersonRow.position, PersonRow.code)
    ).all()
    return _sheet([_draft(number, *row) for number, row in enumerate(rows, start=2)], kind)


def _draft(number: int, code: str, profile: dict[str, Any]) -> Draft:
    named = {field: profile[field] for field in _REFERENCE_FIELDS if profile.get(field) is not None}
    return Draft(number, {"id": code, **named})


def _sheet(drafts: Sequence[Draft], kind: PeopleKind) -> PeopleSheet:
    return PeopleSheet(
        file="",
        kind=kind,
        drafts=tuple(drafts),
        ids={draft.values["id"]: draft.row for draft in drafts},
        complete_ids=bool(drafts),
        faults=(),
    )
