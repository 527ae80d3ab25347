"""Composes emails with one-time codes, and notices about PINs, passkeys and devices."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session as Transaction

from api.crypto.row_seal import sealed_or_none
from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_composer import notice_recipient
from api.participants.mail_recipients import mail_recipient
from api.participants.notices import ADDRESS
from api.participants.rows import PersonRow
from api.personal_links.access_notices import DEVICE, NOTICE, AccessChange
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.rows import OneTimeCodeRow
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_date, format_datetime


def compose_code(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email with a one-time code.

    Returns `None` if the code was used or has expired, if the seal of its row is not valid, if the
    code belongs to another person, or if the person has no email address.
    """
    code = sealed_or_none(tx, tx.get_one(OneTimeCodeRow, mail.code_id))
    recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if recipient is None or code is None or code.person_id != mail.person_id:
        return None
    if code.used_at is not None or code.expires_at <= services.now():
        return None
    digits = services.keyring.one_time_code(code.id)
    content = plain_message_bytes(
        "personal_links/mail/code",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        code=f"{digits[:4]} {digits[4:]}",
        until=f"{code.expires_at.astimezone(recipient.zone):%H:%M}",
        changes_address=code.purpose == CodePurpose.ADDRESS,
    )
    return ComposedMail(recipient.address, content)


def compose_notice(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email that notifies a person of a change to their PIN, passkeys or devices.

    Returns `None` if the person was erased or the notice has no address.
    """
    stored = mail.content or {}
    if ADDRESS in stored:
        recipient = notice_recipient(tx, mail)
    else:  # of an earlier version, which stored no address
        recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if recipient is None:
        return None
    change = AccessChange(stored[NOTICE])
    template = "pin_reset" if change is AccessChange.PIN_RESET else "access_notice"
    content = plain_message_bytes(
        f"personal_links/mail/{template}",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        day=format_date(mail.created_at.astimezone(recipient.zone).date()),
        when=format_datetime(mail.created_at, recipient.zone),
        change=change.value,
        device=stored.get(DEVICE, ""),
    )
    return ComposedMail(recipient.address, content)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {
    MailKind.CODE: compose_code,
    MailKind.SECURITY_NOTICE: compose_notice,
    MailKind.ACCESS_NOTICE: compose_notice,
}
