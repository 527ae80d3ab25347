"""The part of the report about a person that covers their devices and aides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialKind, CredentialRow
from api.personal_links.rows import VerifiedDeviceRow
from api.values import FrozenModel


class ReportedDevice(FrozenModel):
    """A device on which the person was verified; `name` is its browser and system."""

    name: str
    verified_at: datetime
    expires_at: datetime


class ReportedAide(FrozenModel):
    """An aide's link that the person created; `id` is its id in the audit trail."""

    id: str
    label: str
    created_at: datetime
    ended_at: datetime | None


def devices_of(tx: Transaction, person_id: str) -> tuple[ReportedDevice, ...]:
    """Return the devices on which a person was verified."""
    rows = tx.scalars(select(VerifiedDeviceRow).where(VerifiedDeviceRow.person_id == person_id))
    return tuple(
        ReportedDevice(name=row.name, verified_at=row.created_at, expires_at=row.expires_at)
        for row in rows
    )


def aides_of(tx: Transaction, person_id: str) -> tuple[ReportedAide, ...]:
    """Return the aides' links that a person created."""
    rows = tx.scalars(
        select(CredentialRow).where(
            CredentialRow.person_id == person_id, CredentialRow.kind == CredentialKind.AIDE
        )
    )
    return tuple(
        ReportedAide(id=row.id, label=row.label, created_at=row.created_at, ended_at=row.revoked_at)
        for row in rows
    )
