"""Pending messages: introductions, invitations and cancellations that are yet to be sent."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, func, or_, select, true
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.invitations.introduction import INTRODUCTION_FIRST
from api.invitations.outgoing_invitation import is_cancellation
from api.mail.rows import OUTBOX_KINDS, MailRow, MailState
from api.participants.rows import PersonRow
from api.personal_links import links
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.invitations import Method

_UNSENT_STATES = (MailState.DRAFT, MailState.WAITING, MailState.SENDING, MailState.FAILED)
_PENDING_STATES = {True: (MailState.DRAFT,), False: _UNSENT_STATES}  # by whether mail is enabled


class PendingMessages(FrozenModel):
    """The number of a cycle's pending messages.

    Attributes:
        ready: the number of messages that can be sent.
        without_link: the number of messages that cannot be sent because their recipients have no
            working secret link. The programme office has to create new links for them. Messages to
            people who have left the cycle are not counted.
        until: when the newest message that can be sent was created; `None` if there is none.
    """

    ready: int
    without_link: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PendingRows:
    """A cycle's pending messages.

    Attributes:
        sendable: messages that can be sent, grouped by person: first the introduction, then the
            other messages, oldest first.
        without_link: the number of messages that cannot be sent because their recipients have no
            working secret link.
    """

    sendable: list[MailRow]
    without_link: int


def pending_messages(services: Services, cycle_id: str) -> PendingMessages:
    """Count a cycle's pending messages.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return count_pending(tx, services, cycle_id)


def count_pending(tx: Transaction, services: Services, cycle_id: str) -> PendingMessages:
    """Count a cycle's pending messages.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    here = PersonRow.left_at.is_(None)
    linked = links.has_link(PersonRow.id, now=services.now())
    method = func.coalesce(MailRow.content["method"].as_string(), "")
    ready = or_(and_(here, linked), method == Method.CANCEL)
    found = tx.execute(
        select(
            func.sum(case((ready, 1), else_=0)),
            func.sum(case((and_(here, ~ready), 1), else_=0)),
            func.max(case((ready, MailRow.created_at))),
        )
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(*_pending(cycle_id, mail_enabled=services.settings.mail.enabled))
    ).one()
    return PendingMessages(ready=found[0] or 0, without_link=found[1] or 0, until=found[2])


def pending_rows(
    tx: Transaction,
    cycle_id: str,
    *,
    now: datetime,
    mail_enabled: bool,
    people: Collection[str] | None = None,
) -> PendingRows:
    """Return a cycle's pending messages; with `people`, only the messages to these people.

    If `mail_enabled`, these are the drafts. If the server no longer sends email, they include the
    messages that it has not sent.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.execute(
        select(MailRow, PersonRow.left_at)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .outerjoin(SessionRow, SessionRow.id == MailRow.session_id)
        .where(
            *_pending(cycle_id, mail_enabled=mail_enabled),
            true() if people is None else MailRow.person_id.in_(people),
        )
        .order_by(
            MailRow.person_id,
            INTRODUCTION_FIRST,
            MailRow.created_at,
            SessionRow.starts_at,
            MailRow.id,
        )
    ).all()
    linked = links.linked_people(tx, {mail.person_id for mail, _ in rows}, now=now)
    sendable, without_link = [], 0
    for mail, left_at in rows:
        if is_cancellation(mail) or (left_at is None and mail.person_id in linked):
            sendable.append(mail)
        else:
            without_link += left_at is None
    return PendingRows(sendable, without_link)


def _pending(cycle_id: str, *, mail_enabled: bool) -> tuple[ColumnElement[bool], ...]:
    return (
        MailRow.cycle_id == cycle_id,
        MailRow.kind.in_(OUTBOX_KINDS),
        MailRow.state.in_(_PENDING_STATES[mail_enabled]),
    )
