"""Composes the emails that contain follow-ups to people and questions to posts."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.rows import CredentialKind
from api.calendar.recipient import Recipient
from api.coaching.agreements.follow_ups import dates_of
from api.coaching.agreements.rows import FollowUpRow, SentQuestionRow
from api.coaching.follow_up.rows import PostQuestionRow
from api.cycles.service import cycle_header
from api.http import urls
from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import mail_recipient
from api.participants.rows import PersonRow
from api.personal_links.follow_up_links import follow_up_secret, working_link
from api.reminders.follow_ups import REMINDER, ROW, askable
from api.services import Services
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_date
from coach.follow_up import FollowUpState, follow_up_state


def compose_follow_up(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose a question or its reminder; `None` if it should no longer be sent."""
    row = tx.scalar(
        select(FollowUpRow)
        .join(PersonRow, PersonRow.id == FollowUpRow.person_id)
        .where(FollowUpRow.id == (mail.content or {}).get(ROW), askable(FollowUpRow))
    )
    recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if row is None or recipient is None or not _is_open(tx, services, row, row.cycle_id):
        return None
    secret = follow_up_secret(tx, services.keyring, row.person_id, now=services.now())
    if secret is None:
        return None
    content = plain_message_bytes(
        "reminders/mail/follow_up",
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        is_reminder=mail.kind is MailKind.FOLLOW_UP_REMINDER,
        month=row.month,
        until=format_date(row.until),
        page=services.settings.base_url + urls.person_follow_up(secret, row.id),
    )
    return ComposedMail(recipient.address, content)


def compose_post_question(
    tx: Transaction, services: Services, mail: MailRow
) -> ComposedMail | None:
    """Compose the email to a post; `None` if it should no longer be sent.

    The email names neither the coachee nor the commitment, because others may read it.
    """
    row = tx.scalar(
        select(PostQuestionRow)
        .join(PersonRow, PersonRow.id == PostQuestionRow.person_id)
        .where(PostQuestionRow.id == (mail.content or {}).get(ROW), askable(PostQuestionRow))
    )
    if row is None or not row.address or not _is_open(tx, services, row, row.cycle_id):
        return None
    link = working_link(tx, row.credential_id, CredentialKind.POST, services.now())
    if link is None:
        return None
    zone = ZoneInfo(cycle_header(tx, row.cycle_id).timezone)
    content = plain_message_bytes(
        "reminders/mail/post_question",
        Recipient(name=row.post, address=row.address, zone=zone),
        services.settings.deployment,
        mail_renderer(services),
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        post=row.post,
        is_reminder=bool((mail.content or {}).get(REMINDER)),
        until=format_date(row.until),
        page=services.settings.base_url + urls.post(services.keyring.link_secret(link.id)),
    )
    return ComposedMail(row.address, content)


def _is_open(tx: Transaction, services: Services, row: SentQuestionRow, cycle_id: str) -> bool:
    zone = ZoneInfo(cycle_header(tx, cycle_id).timezone)
    today = services.now().astimezone(zone).date()
    return follow_up_state(dates_of(row, zone), today) is FollowUpState.DUE


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {
    MailKind.FOLLOW_UP: compose_follow_up,
    MailKind.FOLLOW_UP_REMINDER: compose_follow_up,
    MailKind.POST_QUESTION: compose_post_question,
}
