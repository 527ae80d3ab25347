"""Email recipients."""

from __future__ import annotations

from collections.abc import Collection
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.calendar.recipient import Recipient
from api.participants.rows import PersonRow


def mail_recipient(person: PersonRow) -> Recipient | None:
    """Return a person as an email recipient, or `None` if no email address is stored."""
    if not person.email:
        return None
    return Recipient(name=person.name, address=person.email, zone=ZoneInfo(person.timezone))


def find_addresses(tx: Transaction, person_ids: Collection[str]) -> dict[str, str]:
    """Return the current email addresses of `person_ids`, without people who have no address."""
    rows = tx.execute(
        select(PersonRow.id, PersonRow.email).where(
            PersonRow.id.in_(list(person_ids)), PersonRow.email != ""
        )
    )
    return {row.id: row.email for row in rows}
