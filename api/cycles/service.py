"""Cycles and their policies."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.cycles.versions import CycleVersions, Part, next_version, versions_of
from api.database.existing_row import existing_row
from api.services import Services
from api.values import FrozenModel
from coach.cycle import Cycle


class CycleHeader(FrozenModel):
    """The name and dates of a cycle. `timezone` is an IANA time zone name."""

    id: str
    name: str
    start: date
    end: date
    timezone: str


class CyclePolicy(FrozenModel):
    """A cycle, its policy with every default filled in, and the version of the policy."""

    cycle: CycleHeader
    policy: Cycle
    version: int


def read_policy(services: Services, cycle_id: str) -> CyclePolicy:
    """Return a cycle and its policy.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        row = cycle_row(tx, cycle_id)
        return CyclePolicy(cycle=header_of(row), policy=policy_of(row), version=row.policy_version)


def read_versions(services: Services, cycle_id: str) -> CycleVersions:
    """Return the versions of a cycle's parts.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return versions_of(cycle_row(tx, cycle_id))


def add_cycle(tx: Transaction, policy: Cycle, source: str, *, now: datetime) -> CycleHeader:
    """Add a cycle. `source` is the text of the cycle file that `policy` was read from."""
    row = CycleRow(
        name=policy.cycle.name,
        policy=as_json(policy),
        source=source,
        created_at=now,
        changed_at=now,
    )
    tx.add(row)
    tx.flush()
    record_event(tx, "cycle begun", "cycle", row.id)
    return header_of(row)


def store_policy(
    tx: Transaction, cycle_id: str, policy: Cycle, source: str, *, now: datetime
) -> None:
    """Replace a cycle's policy. Existing plans keep the policy they were made with.

    This does not check the people named in the policy; see `api.participants.policy`.

    Raises:
        NotFoundError: there is no such cycle.
    """
    row = cycle_row(tx, cycle_id)
    row.name, row.policy, row.source = policy.cycle.name, as_json(policy), source
    row.changed_at = now
    version = next_version(row, Part.POLICY)
    record_event(tx, "policy replaced", "cycle", cycle_id, version=version)


def cycle_header(tx: Transaction, cycle_id: str) -> CycleHeader:
    """Return a cycle's name and dates.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return header_of(cycle_row(tx, cycle_id))


def header_of(row: CycleRow) -> CycleHeader:
    """Return the name and dates in a cycle's row without validating its policy."""
    dates = row.policy["cycle"]
    return CycleHeader(
        id=row.id,
        name=row.name,
        start=dates["start"],
        end=dates["end"],
        timezone=dates["timezone"],
    )


def cycle_row(tx: Transaction, cycle_id: str) -> CycleRow:
    """Return a cycle's row.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return existing_row(tx, CycleRow, cycle_id, "cycle")


def policy_of(row: CycleRow) -> Cycle:
    """Validate and return the policy in a cycle's row."""
    return Cycle.model_validate(row.policy, strict=False)


def as_json(policy: Cycle) -> dict[str, Any]:
    """Return a policy as JSON for storage in a row."""
    return policy.model_dump(mode="json")
