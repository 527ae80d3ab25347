"""Messages that wait to be sent: by this server once the office says so, or by the office."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.cycles.service import cycle_row
from api.invitations.outbox import OutgoingInvitation, outgoing_invitation_of
from api.invitations.rows import OutboxRow
from api.mail.rows import MailRow, MailState
from api.participants.rows import PersonRow
from api.personal_links import links
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.invitations import Method


class PendingMessages(FrozenModel):
    """How many messages of a cycle wait to be sent, and the moment the youngest was written.

    `without_link` counts invitations that cannot be sent: their people have no working link, which
    the office makes for them; who has left the cycle needs none, and is not counted at all.
    """

    ready: int
    without_link: int
    until: datetime | None


class PendingMail(FrozenModel):
    """A message to send. `secret` opens its person's page; a cancellation needs none."""

    message_id: str
    outgoing_invitation: OutgoingInvitation
    secret: str


def waiting(
    tx: Transaction, cycle_id: str, *, now: datetime, sends: bool = False
) -> PendingMessages:
    """What waits to be sent in a cycle.

    Where this server `sends`, what was released to it no longer waits.

    Raises:
        NotFoundError: there is no such cycle.
    """
    ready, without_link = _pending_rows(tx, cycle_id, now, sends)
    until = max((row.created_at for row in ready), default=None)
    return PendingMessages(ready=len(ready), without_link=without_link, until=until)


def export_pending(
    tx: Transaction, keyring: Keyring, cycle_id: str, *, now: datetime, sends: bool = False
) -> tuple[PendingMail, ...]:
    """The messages of a cycle that wait, to be saved: one person's together, the oldest first.

    They wait on until they are said to be sent. That they were handed out is in the audit trail,
    because they hold the addresses and secret links of everybody.

    Raises:
        NotFoundError: there is no such cycle.
    """
    ready = sendable_rows(tx, cycle_id, now=now, sends=sends)
    people = {
        row.id: row for row in tx.scalars(select(PersonRow).where(PersonRow.cycle_id == cycle_id))
    }
    secrets = links.link_secrets(tx, keyring, people, now=now)
    record_event(tx, "messages exported", "cycle", cycle_id, messages=len(ready))
    return tuple(
        PendingMail(
            message_id=row.id,
            outgoing_invitation=outgoing_invitation_of(row, people[row.person_id]),
            secret=secrets.get(row.person_id, ""),
        )
        for row in ready
    )


def mark_sent(
    tx: Transaction, cycle_id: str, until: datetime, *, now: datetime, sends: bool = False
) -> int:
    """Note that what waited and was written up to `until` has been sent; tells how many.

    Raises:
        NotFoundError: there is no such cycle.
    """
    ready = sendable_rows(tx, cycle_id, now=now, sends=sends)
    sent = [row for row in ready if row.created_at <= until]
    for row in sent:
        row.sent_at = now
    _drop_mails(tx, [row.id for row in sent], now)
    record_event(tx, "messages sent", "cycle", cycle_id, messages=len(sent))
    return len(sent)


def sendable_rows(tx: Transaction, cycle_id: str, *, now: datetime, sends: bool) -> list[OutboxRow]:
    """The messages of a cycle that wait and can be sent: one person's together, the oldest first.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return _pending_rows(tx, cycle_id, now, sends)[0]


def _pending_rows(
    tx: Transaction, cycle_id: str, now: datetime, sends: bool
) -> tuple[list[OutboxRow], int]:
    """The messages that can be sent, and how many cannot because a link is missing."""
    cycle_row(tx, cycle_id)
    rows = tx.execute(
        select(OutboxRow, PersonRow.left_at)
        .join(PersonRow, PersonRow.id == OutboxRow.person_id)
        .join(SessionRow, SessionRow.id == OutboxRow.session_id)
        .outerjoin(MailRow, MailRow.outbox_id == OutboxRow.id)
        .where(OutboxRow.cycle_id == cycle_id, OutboxRow.sent_at.is_(None), _not_released(sends))
        .order_by(OutboxRow.person_id, OutboxRow.created_at, SessionRow.starts_at, OutboxRow.id)
    ).all()
    linked = links.linked_people(tx, {row.person_id for row, _ in rows}, now=now)
    ready, without_link = [], 0
    for row, left_at in rows:
        if row.method == Method.CANCEL or (left_at is None and row.person_id in linked):
            ready.append(row)
        else:
            without_link += left_at is None
    return ready, without_link


def _not_released(sends: bool) -> ColumnElement[bool]:
    """Whether a message is the office's: not released, or released to a server that sends none."""
    theirs = MailRow.id.is_(None)
    return theirs if sends else theirs | (MailRow.state != MailState.DROPPED)


def _drop_mails(tx: Transaction, outbox_ids: list[str], now: datetime) -> None:
    """Send no mail for messages that the office has sent itself."""
    tx.execute(
        update(MailRow)
        .where(MailRow.outbox_id.in_(outbox_ids), MailRow.state != MailState.SENT)
        .values(state=MailState.DROPPED, ended_at=now),
        execution_options={"synchronize_session": False},
    )
