"""Composes notices to coachees about new aides' links and about aides' answers."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.aides.notices import END, EVENT, LABEL, PROPOSED, START
from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_composer import notice_recipient
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_datetime, format_datetime_range
from coach.texts.facts import Displayed


def compose_aide_notice(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose a notice to one of a coachee's addresses, or return `None` if they were erased."""
    recipient, stored = notice_recipient(tx, mail), mail.content or {}
    if recipient is None:
        return None
    zone = recipient.zone
    session: Displayed = ""
    proposed: Displayed = ""
    if START in stored:
        start, end = (datetime.fromisoformat(stored[key]).astimezone(zone) for key in (START, END))
        session = format_datetime_range(start, end, zone)
        if PROPOSED in stored:
            other = datetime.fromisoformat(stored[PROPOSED])
            proposed = format_datetime_range(other, other + (end - start), zone)
    content = plain_message_bytes(
        "aides/mail/aide_notice",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        when=format_datetime(mail.created_at, zone),
        event=stored[EVENT],
        label=stored[LABEL],
        session=session,
        proposed=proposed,
    )
    return ComposedMail(recipient.address, content)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {MailKind.AIDE_NOTICE: compose_aide_notice}
