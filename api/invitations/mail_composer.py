"""Composes the emails with invitations and cancellations."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.invitations import facts
from api.invitations.outgoing_invitation import is_cancellation, render_eml, stored_invitation
from api.mail.composer import ComposedMail, MailComposer
from api.mail.rows import SENT_STATES, UNDELIVERED_STATES, MailKind, MailRow
from api.participants.rows import PersonRow
from api.personal_links import links
from api.services import Services
from coach.errors import ConflictError


def compose_invitation(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose an invitation or cancellation; `None` if it must no longer be sent.

    Raises:
        ConflictError: the message is an invitation and its recipient has no working secret link.
    """
    person = tx.get_one(PersonRow, mail.person_id)
    uninvited = person.left_at is not None and not is_cancellation(mail)
    if not person.email or uninvited or _is_superseded(tx, mail):
        return None
    invitation = stored_invitation(mail, person)
    secret = _link_secret(tx, services, person.id) if invitation.needs_link else ""
    return ComposedMail(person.email, render_eml(invitation, services, secret))


def _link_secret(tx: Transaction, services: Services, person_id: str) -> str:
    try:
        return links.link_of(tx, services.keyring, person_id, now=services.now()).secret
    except ConflictError as error:
        raise ConflictError(facts.LINK_ENDED()) from error


def _is_superseded(tx: Transaction, mail: MailRow) -> bool:
    """Return whether a newer message about the session was released or sent to the person."""
    newer = select(MailRow.id).where(
        MailRow.kind == MailKind.INVITATION,
        MailRow.session_id == mail.session_id,
        MailRow.person_id == mail.person_id,
        MailRow.occasion > mail.occasion,
        MailRow.state.in_((*UNDELIVERED_STATES, *SENT_STATES)),
    )
    return tx.scalar(newer.limit(1)) is not None


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {MailKind.INVITATION: compose_invitation}
