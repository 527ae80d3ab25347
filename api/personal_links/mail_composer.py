"""Composes emails with one-time codes, and notices of changes by the programme office."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session as Transaction

from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import mail_recipient
from api.participants.rows import PersonRow
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.pins import PIN_RESET_NOTICE
from api.personal_links.rows import OneTimeCodeRow
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_date

_NOTICE_TEMPLATES = {PIN_RESET_NOTICE: "personal_links/mail/pin_reset"}


def compose_code(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email with a one-time code.

    Returns `None` if the code was used or has expired, or if the person has no email address.
    """
    code = tx.get_one(OneTimeCodeRow, mail.code_id)
    recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if recipient is None or code.used_at is not None or code.expires_at <= services.now():
        return None
    digits = services.keyring.one_time_code(code.id)
    content = plain_message_bytes(
        "personal_links/mail/code",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.id),
        code=f"{digits[:4]} {digits[4:]}",
        until=f"{code.expires_at.astimezone(recipient.zone):%H:%M}",
        changes_address=code.purpose == CodePurpose.ADDRESS,
    )
    return ComposedMail(recipient.address, content)


def compose_notice(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email that tells a person that the programme office has removed their PIN.

    Returns `None` if the person has no email address.
    """
    recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if recipient is None:
        return None
    content = plain_message_bytes(
        _NOTICE_TEMPLATES[(mail.content or {})["notice"]],
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.id),
        day=format_date(mail.created_at.astimezone(recipient.zone).date()),
    )
    return ComposedMail(recipient.address, content)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {
    MailKind.CODE: compose_code,
    MailKind.SECURITY_NOTICE: compose_notice,
}
