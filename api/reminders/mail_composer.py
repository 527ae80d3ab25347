"""Composes reminder emails."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.calendar.facts import numbered_session
from api.calendar.wording import summary
from api.http.urls import person_session
from api.invitations.outgoing_invitation import current_invitation
from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import mail_recipient
from api.participants.rows import PersonRow
from api.personal_links import links
from api.reminders import facts
from api.reminders.service import is_still_due, open_items
from api.services import Services
from api.sessions.rows import SessionRow
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_datetime_range, format_short_datetime
from coach.texts.facts import Fact

_REQUESTS = {
    MailKind.SESSION_REMINDER: facts.SESSION(),
    MailKind.REPLY_REMINDER: facts.REPLY(),
    MailKind.RECORD_REMINDER: facts.RECORD(),
    MailKind.FEEDBACK_REMINDER: facts.FEEDBACK(),
}
_OPEN = {
    MailKind.REPLY_REMINDER: facts.REPLY_OPEN,
    MailKind.RECORD_REMINDER: facts.RECORD_OPEN,
    MailKind.FEEDBACK_REMINDER: facts.FEEDBACK_OPEN,
}
_FORM_PATHS = {MailKind.RECORD_REMINDER: "/note", MailKind.FEEDBACK_REMINDER: "/feedback"}


def compose_reminder(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose a reminder, or return `None` if it is no longer due or cannot be sent.

    The email also lists the person's other open items. A reminder is not sent if its recipient has
    no working secret link. The programme office can see this in the status of the invitations.
    """
    settings, now = services.settings, services.now()
    person = tx.get_one(PersonRow, mail.person_id)
    recipient = mail_recipient(person)
    if recipient is None or not is_still_due(tx, mail, settings.mail, now=now):
        return None
    secret = links.link_secrets(tx, services.keyring, [person.id], now=now).get(person.id)
    if secret is None:
        return None
    session = tx.get_one(SessionRow, mail.session_id)
    page = person_session(secret, session.id) + _FORM_PATHS.get(mail.kind, "")
    texts = mail_renderer(services)
    content = plain_message_bytes(
        "reminders/mail/reminder",
        recipient,
        settings.deployment,
        texts,
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        title=summary(current_invitation(session), settings.deployment, texts),
        when=format_datetime_range(session.starts_at, session.ends_at, recipient.zone),
        short_when=format_short_datetime(session.starts_at, recipient.zone),
        request=_REQUESTS[mail.kind],
        page=settings.base_url + page,
        others=_others(tx, services, mail, recipient.zone, secret),
    )
    return ComposedMail(recipient.address, content)


def _others(
    tx: Transaction, services: Services, mail: MailRow, zone: ZoneInfo, secret: str
) -> list[tuple[Fact, str]]:
    """Return the recipient's other open items, each with the URL of its page."""
    items = open_items(tx, mail.person_id, services.settings.mail, now=services.now())
    return [
        (
            _OPEN[one.kind](
                session=numbered_session(one.session.number, one.session.count),
                when=format_short_datetime(one.session.starts_at, zone),
            ),
            services.settings.base_url
            + person_session(secret, one.session.id)
            + _FORM_PATHS.get(one.kind, ""),
        )
        for one in items
        if (one.kind, one.session.id) != (mail.kind, mail.session_id)
    ]


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = dict.fromkeys(_REQUESTS, compose_reminder)
