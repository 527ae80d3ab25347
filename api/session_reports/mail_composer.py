"""Composes notices about notebooks that were started, or unlocked on a new device."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy.orm import Session as Transaction

from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_composer import notice_recipient
from api.services import Services
from api.session_reports.notices import DEVICE, EVENT, NotebookEvent
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_datetime


def compose_notes_notice(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the notice to one of a coach's addresses; `None` if the coach was erased."""
    recipient, stored = notice_recipient(tx, mail), mail.content or {}
    if recipient is None:
        return None
    content = plain_message_bytes(
        "session_reports/mail/notes_notice",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        when=format_datetime(mail.created_at, recipient.zone),
        device=stored.get(DEVICE, ""),
        was_started=stored.get(EVENT) == NotebookEvent.STARTED,
    )
    return ComposedMail(recipient.address, content)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {MailKind.NOTES_NOTICE: compose_notes_notice}
