"""Composes notices about a changed email address."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session as Transaction

from api.calendar.recipient import Recipient
from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import recipient_at
from api.participants.notices import ADDRESS
from api.participants.rows import PersonRow
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_datetime


def notice_recipient(tx: Transaction, mail: MailRow) -> Recipient | None:
    """Return the recipient of a notice, at the address to which the notice is sent.

    Returns `None` if the person was erased. A notice to a former address does not depend on the
    current one, which may have been removed.
    """
    person, address = tx.get_one(PersonRow, mail.person_id), (mail.content or {}).get(ADDRESS)
    return None if person.erased_at is not None or not address else recipient_at(person, address)


def compose_address_notice(
    tx: Transaction, services: Services, mail: MailRow
) -> ComposedMail | None:
    """Compose the notice to a former or the new address; `None` if the person was erased."""
    recipient = notice_recipient(tx, mail)
    if recipient is None:
        return None
    name, _, domain = tx.get_one(PersonRow, mail.person_id).email.partition("@")
    content = plain_message_bytes(
        "participants/mail/address_notice",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        when=format_datetime(mail.created_at, recipient.zone),
        address=f"{name[:1]}…@{domain}" if domain else "",
    )
    return ComposedMail(recipient.address, content)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {MailKind.ADDRESS_NOTICE: compose_address_notice}
