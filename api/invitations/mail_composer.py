"""Composes the emails with invitations and cancellations."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.invitations.outgoing_invitation import render_eml, stored_invitation
from api.invitations.rows import OutboxRow
from api.mail.composer import ComposedMail, MailComposer
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.rows import PersonRow
from api.personal_links import links
from api.services import Services
from coach.errors import ConflictError
from coach.invitations import Method


def compose_invitation(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email for an outbox message; `None` if it must no longer be sent.

    Raises:
        ConflictError: the message is an invitation and its recipient has no working secret link.
    """
    message = tx.get_one(OutboxRow, mail.outbox_id)
    person = tx.get_one(PersonRow, mail.person_id)
    uninvited = person.left_at is not None and message.method != Method.CANCEL
    if not person.email or message.sent_at is not None or uninvited or _is_superseded(tx, message):
        return None
    invitation = stored_invitation(message, person)
    secret = _link_secret(tx, services, person.id) if invitation.needs_link else ""
    return ComposedMail(person.email, render_eml(invitation, services, message.id, secret))


def _link_secret(tx: Transaction, services: Services, person_id: str) -> str:
    try:
        return links.link_of(tx, services.keyring, person_id, now=services.now()).secret
    except ConflictError as error:
        raise ConflictError(
            "this person's secret link no longer works: make a new one under People"
        ) from error


def _is_superseded(tx: Transaction, message: OutboxRow) -> bool:
    """Whether a newer message about the session has been released or sent to the same person."""
    others = tx.scalars(
        select(OutboxRow.message)
        .outerjoin(MailRow, MailRow.outbox_id == OutboxRow.id)
        .where(
            OutboxRow.session_id == message.session_id,
            OutboxRow.person_id == message.person_id,
            OutboxRow.sent_at.is_not(None) | (MailRow.state == MailState.WAITING),
        )
    )
    return any(other["sequence"] > message.message["sequence"] for other in others)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {MailKind.INVITATION: compose_invitation}
