"""Composes the emails about proposals and declined times.

The emails never name the other participant and contain no comments, because aides may read them.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.calendar.decline_counter import DECLINE_COUNTER, decline_counter_bytes
from api.calendar.recipient import Recipient
from api.calendar.wording import summary
from api.http import urls
from api.invitations.outgoing_invitation import current_invitation
from api.mail.composer import ComposedMail, MailComposer
from api.mail.plain_message import CalendarObject, plain_message_bytes
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import mail_recipient
from api.participants.rows import PersonRow
from api.personal_links import links
from api.rescheduling.notices import PROPOSAL_KEY
from api.rescheduling.presenters import moves_of
from api.rescheduling.proposals import current_state, cutoff_hours, proposed_time
from api.rescheduling.rows import ProposalRow, ProposalSource, ProposalState
from api.services import Services
from api.sessions.answer_notices import REPLY_KEY, SESSIONS_KEY
from api.sessions.current_replies import IS_CURRENT
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from api.texts.reader_language import mail_renderer
from api.web.date_formats import format_datetime_range, format_short_datetime
from coach.sessions import Reply


def compose_proposal(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email that asks a participant to confirm another time.

    Returns `None` if the proposal is no longer open, or the recipient has no email address or no
    working secret link.
    """
    row, session = _proposal_of(tx, mail)
    now = services.now()
    if row is None or current_state(row, session, now=now) is not ProposalState.PROPOSED:
        return None
    secret = links.link_secrets(tx, services.keyring, [mail.person_id], now=now).get(mail.person_id)
    recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if secret is None or recipient is None:
        return None
    length = session.ends_at - session.starts_at
    page = urls.person_session_another_time(secret, session.id)
    return _compose(
        services,
        mail,
        recipient,
        session,
        "proposal",
        proposed=format_datetime_range(row.starts_at, row.starts_at + length, recipient.zone),
        moves=moves_of(proposed_time(row), recipient.zone),
        cutoff=cutoff_hours(tx, session),
        page=services.settings.base_url + page,
    )


def compose_closed(tx: Transaction, services: Services, mail: MailRow) -> ComposedMail | None:
    """Compose the email about a proposal that was refused or withdrawn, or has expired.

    A refused counter-proposal that came by email is answered with a calendar object, if the person
    receives calendar objects. Returns `None` if the session is cancelled, or the recipient has no
    email address.
    """
    row, session = _proposal_of(tx, mail)
    person = tx.get_one(PersonRow, mail.person_id)
    recipient = mail_recipient(person)
    if row is None or recipient is None or session.state is SessionState.CANCELLED:
        return None
    length = session.ends_at - session.starts_at
    by_mail = row.source is ProposalSource.MAIL and row.person_id == mail.person_id
    with_calendar = by_mail and services.settings.deployment.attach_ics and person.attach_ics
    return _compose(
        services,
        mail,
        recipient,
        session,
        "closed",
        calendar=_decline_counter(services, session, recipient, mail) if with_calendar else None,
        state=row.state.value,
        proposed=format_datetime_range(row.starts_at, row.starts_at + length, recipient.zone),
    )


def compose_answer_notice(
    tx: Transaction, services: Services, mail: MailRow
) -> ComposedMail | None:
    """Compose the email about sessions that the other participant has declined or accepted.

    Sessions whose answer has changed since, or that are cancelled or have started, are omitted.
    Returns `None` if none remain, or the recipient has no email address.
    """
    content, now = mail.content or {}, services.now()
    reply = Reply(content[REPLY_KEY])
    rows = tx.execute(
        select(SessionRow)
        .join(ReplyRow, ReplyRow.session_id == SessionRow.id)
        .where(
            SessionRow.id.in_(content[SESSIONS_KEY]),
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.starts_at > now,
            ReplyRow.person_id != mail.person_id,
            ReplyRow.reply == reply,
            IS_CURRENT,
        )
        .order_by(SessionRow.starts_at)
    ).scalars()
    sessions = list(rows)
    recipient = mail_recipient(tx.get_one(PersonRow, mail.person_id))
    if not sessions or recipient is None:
        return None
    times = [format_datetime_range(one.starts_at, one.ends_at, recipient.zone) for one in sessions]
    return _compose(
        services,
        mail,
        recipient,
        sessions[0],
        "answer",
        declined=reply is Reply.DECLINED,
        times=times,
    )


def _compose(
    services: Services,
    mail: MailRow,
    recipient: Recipient,
    session: SessionRow,
    template: str,
    *,
    calendar: CalendarObject | None = None,
    **values: object,
) -> ComposedMail:
    deployment, texts = services.settings.deployment, mail_renderer(services)
    content = plain_message_bytes(
        f"rescheduling/mail/{template}",
        recipient,
        deployment,
        texts,
        unique_id=mail.id,
        stamp=mail.released_at or mail.created_at,
        reply_token=services.keyring.reply_token(mail.person_id),
        calendar=calendar,
        title=summary(current_invitation(session), deployment, texts),
        when=format_datetime_range(session.starts_at, session.ends_at, recipient.zone),
        short_when=format_short_datetime(session.starts_at, recipient.zone),
        **values,
    )
    return ComposedMail(recipient.address, content)


def _decline_counter(
    services: Services, session: SessionRow, recipient: Recipient, mail: MailRow
) -> CalendarObject:
    content = decline_counter_bytes(
        current_invitation(session),
        session.sequence,
        recipient,
        services.settings.deployment,
        mail_renderer(services),
        stamp=mail.created_at,
    )
    return CalendarObject(content, DECLINE_COUNTER)


def _proposal_of(tx: Transaction, mail: MailRow) -> tuple[ProposalRow | None, SessionRow]:
    content = mail.content or {}
    row = tx.get(ProposalRow, content.get(PROPOSAL_KEY, ""))
    return row, tx.get_one(SessionRow, mail.session_id)


MAIL_COMPOSERS: Mapping[MailKind, MailComposer] = {
    MailKind.PROPOSAL: compose_proposal,
    MailKind.PROPOSAL_CLOSED: compose_closed,
    MailKind.ANSWER_NOTICE: compose_answer_notice,
}
