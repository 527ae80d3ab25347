"""Pending messages: outbox messages that have neither been sent nor released for sending."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.invitations.rows import OutboxRow
from api.mail.rows import MailRow, MailState
from api.participants.rows import PersonRow
from api.personal_links import links
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.invitations import Method


class PendingMessages(FrozenModel):
    """The number of a cycle's pending messages.

    Attributes:
        ready: the number of messages that can be sent.
        without_link: the number of invitations that cannot be sent because their recipients have no
            working secret link. The programme office has to create new links for them. People who
            have left the cycle need no link and are not counted.
        until: when the newest message that can be sent was created; `None` if there is none.
    """

    ready: int
    without_link: int
    until: datetime | None


@dataclass(frozen=True, slots=True)
class PendingRows:
    """A cycle's pending messages.

    Attributes:
        sendable: messages that can be sent, grouped by person, oldest first.
        without_link: the number of invitations whose recipients have no working secret link.
    """

    sendable: list[OutboxRow]
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
    rows = pending_rows(
        tx, cycle_id, now=services.now(), mail_enabled=services.settings.mail.enabled
    )
    return PendingMessages(
        ready=len(rows.sendable),
        without_link=rows.without_link,
        until=max((row.created_at for row in rows.sendable), default=None),
    )


def pending_rows(
    tx: Transaction, cycle_id: str, *, now: datetime, mail_enabled: bool
) -> PendingRows:
    """Return a cycle's pending messages.

    If `mail_enabled`, messages that were released for sending by this server are excluded.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    rows = tx.execute(
        select(OutboxRow, PersonRow.left_at)
        .join(PersonRow, PersonRow.id == OutboxRow.person_id)
        .join(SessionRow, SessionRow.id == OutboxRow.session_id)
        .outerjoin(MailRow, MailRow.outbox_id == OutboxRow.id)
        .where(
            OutboxRow.cycle_id == cycle_id,
            OutboxRow.sent_at.is_(None),
            _not_released(mail_enabled=mail_enabled),
        )
        .order_by(OutboxRow.person_id, OutboxRow.created_at, SessionRow.starts_at, OutboxRow.id)
    ).all()
    linked = links.linked_people(tx, {row.person_id for row, _ in rows}, now=now)
    sendable, without_link = [], 0
    for row, left_at in rows:
        if row.method == Method.CANCEL or (left_at is None and row.person_id in linked):
            sendable.append(row)
        else:
            without_link += left_at is None
    return PendingRows(sendable, without_link)


def _not_released(*, mail_enabled: bool) -> ColumnElement[bool]:
    """Whether a message has not been released for sending by this server.

    If the server no longer sends email, released messages count as not released unless they were
    dropped.
    """
    never_released = MailRow.id.is_(None)
    return never_released if mail_enabled else never_released | (MailRow.state != MailState.DROPPED)
