"""Emails that notify a participant that the other participant has declined a session's time.

The participant is also notified if the other participant accepts the time after all. A first
acceptance is not reported. Comments are not passed on, because they are for the programme office.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.mail.delivery import release
from api.mail.rows import MailKind, MailRow
from api.participants.mail_recipients import find_addresses
from api.services import Services
from api.sessions.rows import SessionRow
from coach.sessions import Reply

REPLY_KEY = "reply"
SESSIONS_KEY = "sessions"
_KEY = "answer_notices"


def tell_other_participant(
    tx: Transaction,
    services: Services,
    session: SessionRow,
    person_id: str,
    reply: Reply,
    *,
    now: datetime,
) -> None:
    """Notify the other participant of a person's reply, if the server sends email.

    Replies to several sessions in one transaction, for example when somebody leaves, are combined
    in one email.
    """
    other = session.coach_id if person_id == session.coachee_id else session.coachee_id
    addresses = find_addresses(tx, [other])
    if not addresses or not services.settings.mail.enabled:
        return
    joined: dict[tuple[str, Reply], MailRow] = tx.info.setdefault(_KEY, {})
    if (mail := joined.get((other, reply))) is not None and mail.content is not None:
        listed = [*mail.content[SESSIONS_KEY], session.id]
        mail.content = {REPLY_KEY: reply.value, SESSIONS_KEY: listed}
        return
    earlier = select(func.count()).where(
        MailRow.kind == MailKind.ANSWER_NOTICE,
        MailRow.session_id == session.id,
        MailRow.person_id == other,
    )
    joined[other, reply] = MailRow(
        kind=MailKind.ANSWER_NOTICE,
        cycle_id=session.cycle_id,
        person_id=other,
        session_id=session.id,
        occasion=tx.scalar(earlier) or 0,
        content={REPLY_KEY: reply.value, SESSIONS_KEY: [session.id]},
        created_at=now,
    )
    release(tx, services.enqueue, [joined[other, reply]], addresses, now=now)
