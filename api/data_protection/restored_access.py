"""Ends, in a backup that is about to be restored, access that may have ended since it was made.

A backup contains browser sessions, tokens and devices as they were. Some of them may have been
ended since, for example because they were stolen. So users sign in again after a restore, and
people verify their devices again.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialKind, CredentialRow
from api.personal_links.rows import VerifiedDeviceRow

_OF_PEOPLE = (CredentialKind.LINK, CredentialKind.FEED, CredentialKind.AIDE)


def ended_links(tx: Transaction) -> frozenset[str]:
    """Return the ids of the links and feeds of people that were ended, according to a database."""
    query = select(CredentialRow.id).where(
        CredentialRow.kind.in_(_OF_PEOPLE), CredentialRow.revoked_at.is_not(None)
    )
    return frozenset(tx.scalars(query))


def end_restored_access(tx: Transaction, ended: AbstractSet[str], *, now: datetime) -> None:
    """End what signs users in, verified devices, and the links in `ended`.

    Other secret links remain, because emails contain them, and so do the devices of notebooks,
    because they can be the only way in which a coach can open the notes of a backup.
    """
    of_users = CredentialRow.user_id.is_not(None)
    credentials = select(CredentialRow).where(
        CredentialRow.revoked_at.is_(None), or_(of_users, CredentialRow.id.in_(ended))
    )
    devices = select(VerifiedDeviceRow).where(VerifiedDeviceRow.revoked_at.is_(None))
    for row in (*tx.scalars(credentials), *tx.scalars(devices)):
        row.revoked_at = now
    tx.flush()
