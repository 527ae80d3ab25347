"""Ends, in a backup that is about to be restored, access that may have ended since it was made.

A backup contains browser sessions, tokens and devices as they were. Some of these may have been
ended since, for example because a device was stolen. After a restore, users therefore have to sign
in again, and people have to verify their devices again. Known changes since the backup are
repeated; see `changed_access`.
"""

from __future__ import annotations

from collections.abc import Collection
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, or_, select, update
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import (
    CredentialRow,
    PasskeyRow,
    SignInFlowRow,
    UserRow,
)
from api.audit_trail.log import record_event
from api.coaching.agreements.rows import FollowUpRow
from api.consent.rows import ConsentRow
from api.data_protection.changed_access import (
    OWN_FACTORS,
    PERSONAL_FACTORS,
    AccessChanges,
)
from api.enrolment.rows import AddressCodeRow, ApplicationRow, CallRow
from api.participants.rows import PersonRow
from api.participants.withdrawn import withdraw
from api.personal_links.links import LINKED_KINDS
from api.personal_links.rows import OneTimeCodeRow, PersonPasskeyRow, VerifiedDeviceRow
from api.webhooks.rows import WebhookRow

_USED_ONCE = (OneTimeCodeRow, AddressCodeRow, SignInFlowRow)


def ended_links(tx: Transaction) -> frozenset[str]:
    """Return the ids of people's links and feeds that a database records as ended."""
    query = select(CredentialRow.id).where(
        CredentialRow.kind.in_(LINKED_KINDS), CredentialRow.revoked_at.is_not(None)
    )
    return frozenset(tx.scalars(query))


def end_restored_access(tx: Transaction, ended: AbstractSet[str], *, now: datetime) -> None:
    """End users' credentials, sign-in flows, codes, verified devices, and the links in `ended`.

    Other secret links remain, because emails contain them. The devices of notebooks also remain,
    because they may be the only way to unlock a coach's notes in the backup.
    """
    of_users = CredentialRow.user_id.is_not(None)
    credentials = select(CredentialRow).where(
        CredentialRow.revoked_at.is_(None), or_(of_users, CredentialRow.id.in_(ended))
    )
    devices = select(VerifiedDeviceRow).where(VerifiedDeviceRow.revoked_at.is_(None))
    for row in (*tx.scalars(credentials), *tx.scalars(devices)):
        row.revoked_at = now
    for table in _USED_ONCE:
        tx.execute(delete(table))
    tx.flush()


def repeat_changes(tx: Transaction, changes: AccessChanges, *, now: datetime) -> None:
    """Repeat the decisions made since the backup."""
    _repeat_refusals(tx, changes, now)
    for person in tx.scalars(select(PersonRow).where(PersonRow.id.in_(changes.left))):
        withdraw(person, now=now)
    known = set(tx.scalars(select(UserRow.id))) & changes.users.keys()
    _repeat_users(tx, changes, known)
    _replace(tx, OWN_FACTORS, changes, known)
    people = set(tx.scalars(select(PersonRow.id).where(PersonRow.id.in_(changes.people))))
    _replace(tx, PERSONAL_FACTORS, changes, people)
    for table in (PasskeyRow, PersonPasskeyRow):
        tx.execute(delete(table).where(table.id.in_(changes.passkeys)))
    tx.execute(delete(WebhookRow).where(WebhookRow.id.in_(changes.webhooks)))
    tx.execute(delete(CallRow).where(CallRow.cycle_id.in_(changes.cycles)))
    tx.execute(
        delete(ApplicationRow).where(
            ApplicationRow.cycle_id.in_(changes.refused),
            ApplicationRow.id.not_in(changes.applications),
            func.lower(ApplicationRow.email).not_in(changes.applications),
        )
    )
    tx.flush()


def _repeat_refusals(tx: Transaction, changes: AccessChanges, now: datetime) -> None:
    """Repeat decisions not to be asked again, and withdrawals of consent."""
    tx.execute(
        update(FollowUpRow)
        .where(
            FollowUpRow.person_id.in_(changes.not_asked),
            FollowUpRow.answered_at.is_(None),
            FollowUpRow.ended_at.is_(None),
        )
        .values(ended_at=now)
    )
    for kind, people in changes.taken_back.items():
        tx.execute(
            update(ConsentRow)
            .where(
                ConsentRow.person_id.in_(people),
                ConsentRow.asked == kind,
                ConsentRow.revoked_at.is_(None),
            )
            .values(revoked_at=now)
        )


def record_changes(tx: Transaction, changes: AccessChanges) -> None:
    """Record in the audit trail the changes that `repeat_changes` made."""
    for event in changes.events:
        record_event(tx, *event)


def _repeat_users(tx: Transaction, changes: AccessChanges, known: AbstractSet[str]) -> None:
    """Apply later changes to users' roles, passwords and accounts, including the rows' seals."""
    table: Any = UserRow.__table__
    ids = table.c.id.in_(known)
    tx.execute(update(table).where(ids).values(issuer=None, subject=None, expected_mail=None))
    for user_id in sorted(known):
        tx.execute(update(table).where(table.c.id == user_id).values(**changes.users[user_id]))


def _replace(
    tx: Transaction, tables: dict[Any, str], changes: AccessChanges, owners: Collection[str]
) -> None:
    """Replace the factors of `owners` with their later factors, which `changes` contains."""
    for table, owner in tables.items():
        tx.execute(delete(table).where(getattr(table, owner).in_(owners)))
        for row in changes.factors[table]:
            if row[owner] in owners:
                tx.execute(insert(table.__table__).values(**row))
