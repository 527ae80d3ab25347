"""Releases messages, which replace earlier messages that are still waiting."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.invitations.outgoing_invitation import is_cancellation
from api.mail import delivery
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.mail_recipients import find_addresses
from api.personal_links import links
from api.services import Services


def release_mails(
    tx: Transaction, services: Services, mails: Sequence[MailRow], *, now: datetime
) -> None:
    """Release messages for delivery, in the given order.

    If an earlier message to the same person about the same session or group event is still waiting,
    for example because the mail server has refused it temporarily, it is no longer sent. A message
    that is already being sent is finished first.
    """
    _cancel_superseded(tx, mails, now)
    addresses = find_addresses(tx, {mail.person_id for mail in mails})
    delivery.release(tx, services.enqueue, mails, addresses, now=now)


def release_sendable(
    tx: Transaction, services: Services, mails: Sequence[MailRow], *, now: datetime
) -> None:
    """Release messages to people with an address and, for invitations, with a working link.

    Other messages remain drafts. Nothing is released if this server does not send email.
    """
    if not services.settings.mail.enabled:
        return
    people = {mail.person_id for mail in mails}
    addresses, linked = find_addresses(tx, people), links.linked_people(tx, people, now=now)
    ready = [
        mail
        for mail in mails
        if mail.person_id in addresses and (is_cancellation(mail) or mail.person_id in linked)
    ]
    release_mails(tx, services, ready, now=now)


_Subject = tuple[str, str | None, str | None]


def _subject(mail: MailRow) -> _Subject:
    return mail.person_id, mail.session_id, mail.group_invitation_id


def _cancel_superseded(tx: Transaction, mails: Sequence[MailRow], now: datetime) -> None:
    latest: dict[_Subject, int] = {}
    for mail in mails:
        if mail.kind is MailKind.INVITATION:
            key = _subject(mail)
            latest[key] = max(mail.occasion, latest.get(key, 0))
    waiting = tx.scalars(
        select(MailRow).where(
            MailRow.kind == MailKind.INVITATION,
            MailRow.state == MailState.WAITING,
            MailRow.cycle_id.in_({mail.cycle_id for mail in mails}),
        )
    )
    for mail in waiting:
        if mail.occasion < latest.get(_subject(mail), 0):
            mail.state, mail.ended_at = MailState.CANCELLED, now
    tx.flush()
