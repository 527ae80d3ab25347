"""People as recipients of emails, and their addresses."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.calendar.recipient import Recipient
from api.participants.rows import PersonRow


def mail_recipient(person: PersonRow) -> Recipient | None:
    """Return a person as an email recipient, or `None` if no email address is stored."""
    return recipient_at(person, person.email) if person.email else None


def recipient_at(person: PersonRow, address: str) -> Recipient:
    """Return a person as the recipient of an email to a given address."""
    return Recipient(name=person.name, address=address, zone=ZoneInfo(person.timezone))


def find_addresses(tx: Transaction, person_ids: Collection[str]) -> dict[str, str]:
    """Return people's current email addresses, keyed by id, omitting people without one."""
    rows = tx.execute(
        select(PersonRow.id, PersonRow.email).where(
            PersonRow.id.in_(list(person_ids)), PersonRow.email != ""
        )
    )
    return {row.id: row.email for row in rows}
