"""Use cases for reading, checking and saving a cycle's policy as form fields."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue
from sqlalchemy.orm import Session as Transaction

from api.cycles.rows import CycleRow
from api.cycles.service import CycleHeader, cycle_row, header_of, policy_of, store_policy
from api.cycles.versions import Part, require_version
from api.input_files.policy_changes import changed_cycle_file
from api.input_files.policy_file import CYCLE_FILE, PolicyFile, parse_policy_file
from api.input_files.source import NamedFile
from api.overview.cycles import policy_differences
from api.overview.policy_editor.keys import KEYS
from api.overview.policy_editor.written_values import (
    merge_patch,
    read_fields,
    read_value,
    written_value,
)
from api.participants.policy import checked_policy, require_complete_source
from api.participants.rosters import roster_of
from api.runs.earlier_pairs import with_earlier_pairs
from api.services import Services
from coach.cycle import Cycle
from coach.errors import Difference, UnusableInputError
from coach.people import Roster
from matching.rules.pair_counts import PairCounts, count_pairs

IMMEDIATE = frozenset(
    {
        *("cycle.name", "cycle.follow_up_months", "cycle.follow_up_coach"),
        "sessions.reschedule_cutoff_hours",
    }
)
"""The keys that take effect immediately; the others take effect in the next run."""


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """The policy of a cycle, and its version."""

    cycle: CycleHeader
    policy: Cycle
    version: int


@dataclass(frozen=True, slots=True)
class CheckedPolicy:
    """The effect of a policy change: the differences, and the number of pairs that would be left.

    `counts` is `None` if the cycle has no coachees or no coaches, or if the change was saved.
    """

    differences: tuple[Difference, ...]
    counts: PairCounts | None

    @property
    def needs_run(self) -> bool:
        """Whether the change takes effect only in a new run."""
        return any(one.field not in IMMEDIATE for one in self.differences)


def read_stored(services: Services, cycle_id: str) -> StoredPolicy:
    """Return a cycle's policy and its version.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        return StoredPolicy(header_of(row), policy_of(row), row.policy_version)


def check_fields(
    services: Services, cycle_id: str, entered: Mapping[str, str], *, schedule: bool
) -> CheckedPolicy:
    """Return the effect of saving the entered texts, without storing anything.

    If `schedule` is true, the pairs that can place their sessions are counted, and the ids of
    people are checked, which takes longer.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: the cycle file is incomplete, because people were erased.
        UnusableInputError: texts are invalid. The error lists all faults, with the key as the
            column.
    """
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        _, policy = _with_fields(tx, row, entered, check_people=schedule)
        stored, roster = policy_of(row), _roster(tx, cycle_id, policy, schedule=schedule)
    return _checked(stored, policy, roster, schedule=schedule)


def check_changes(
    services: Services, cycle_id: str, changes: Mapping[str, JsonValue], *, schedule: bool
) -> CheckedPolicy:
    """Return the effect of changes, given as a JSON merge patch; see `check_fields`."""
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        require_complete_source(row)
        policy = _policy(tx, row, _parsed(row, changes), check_people=schedule)
        stored, roster = policy_of(row), _roster(tx, cycle_id, policy, schedule=schedule)
    return _checked(stored, policy, roster, schedule=schedule)


def _roster(tx: Transaction, cycle_id: str, policy: Cycle, *, schedule: bool) -> Roster:
    roster = roster_of(tx, cycle_id, with_declined_times=schedule)
    return with_earlier_pairs(tx, cycle_id, roster, policy)


def _checked(stored: Cycle, policy: Cycle, roster: Roster, *, schedule: bool) -> CheckedPolicy:
    complete = roster.coachees and roster.coaches
    return CheckedPolicy(
        differences=policy_differences(stored, policy),
        counts=count_pairs(roster, policy, schedule=schedule) if complete else None,
    )


def save_fields(
    services: Services, cycle_id: str, entered: Mapping[str, str], version: int | None
) -> CheckedPolicy:
    """Replace the policy with the entered texts; return the changes.

    Only values that differ are written to the cycle file, which keeps its comments.

    Raises:
        ChangedSinceError: the policy has a different version, and nothing was changed.
        NotFoundError, ConflictError, UnusableInputError: see `check_fields`; nothing was changed.
    """
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        file, policy = _with_fields(tx, row, entered)
        differences = policy_differences(policy_of(row), policy)
        require_version(tx, row, Part.POLICY, version, lambda: differences)
        if file.text != row.source:
            store_policy(tx, cycle_id, policy, file.text, now=services.now())
        return CheckedPolicy(differences, None)


def _with_fields(
    tx: Transaction, row: CycleRow, entered: Mapping[str, str], *, check_people: bool = True
) -> tuple[PolicyFile, Cycle]:
    """Return the cycle file with all changed fields, and the checked policy in it.

    Raises:
        ConflictError: the cycle file is incomplete.
        UnusableInputError: see `check_fields`.
    """
    require_complete_source(row)
    policy, written = policy_of(row), tomllib.loads(row.source)
    values, faults = read_fields(KEYS.values(), entered)
    patch = merge_patch(
        (key, value, _names_in(written, key))
        for key, value in values.items()
        if value != read_value(KEYS[key], written_value(policy, KEYS[key]))
    )
    try:
        file = _parsed(row, patch)
        changed = _policy(tx, row, file, check_people=check_people)
    except UnusableInputError as error:
        known = {fault.column for fault in faults}
        faults += [fault for fault in error.faults if fault.column not in known]
    if faults:
        raise UnusableInputError(faults)
    return file, changed


def _policy(tx: Transaction, row: CycleRow, file: PolicyFile, *, check_people: bool) -> Cycle:
    """Return the policy in a cycle file, after checking the ids of people if requested."""
    return checked_policy(tx, row.id, file) if check_people else file.policy


def _parsed(row: CycleRow, changes: Mapping[str, JsonValue]) -> PolicyFile:
    text = changed_cycle_file(row.source, changes, CYCLE_FILE) if changes else row.source
    return parse_policy_file(NamedFile(CYCLE_FILE, text.encode()))


def _names_in(written: Mapping[str, Any], key: str) -> tuple[str, ...]:
    """Return the names in the table at a dotted key of a cycle file, if it is a table."""
    value: Any = written
    for name in key.split("."):
        value = value.get(name, {}) if isinstance(value, Mapping) else {}
    return tuple(value) if isinstance(value, Mapping) else ()
