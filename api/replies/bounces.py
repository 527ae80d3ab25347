"""Marks emails from this server as failed if they have bounced."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.invitations.introduction import introduction_id
from api.mail.delivery import record_bounced
from api.mail.rows import MailRow, find_mail
from api.participants.rows import PersonRow
from api.replies.attribution import invitation_with, people_at
from api.replies.reading.incoming_mail import IncomingMail


def record_bounces(tx: Transaction, mail: IncomingMail, *, now: datetime) -> None:
    """Mark emails as failed if a report returns them and names the address they were sent to.

    A report without the Message-ID of an email that was sent to this address changes nothing,
    because anybody could have written it.
    """
    for address in mail.failed:
        for person in people_at(tx, address):
            for token in mail.returned:
                row = _sent(tx, person, token, now=now)
                if row is not None and record_bounced(row):
                    record_event(tx, "mail not delivered", "mail", row.id)


def _sent(tx: Transaction, person: PersonRow, token: str, *, now: datetime) -> MailRow | None:
    """Return a person's email whose Message-ID begins with a token, if there is one."""
    row = find_mail(tx, token) or find_mail(tx, introduction_id(token))
    if row is not None:
        return row if row.person_id == person.id else None
    return invitation_with(tx, person, {token}, now=now)
