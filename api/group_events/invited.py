"""Brings the invitations to a group event up to date, and drafts the messages about them.

Apart from erasures, only this module changes the content of invitations to group events. Each
person has a separate invitation to each date, with its own SEQUENCE, so that a message to one
person, or their reply, never affects the invitation of another. Messages are stored as draft emails
in the transaction of the change.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.invitations.event_messages import (
    apply_event_message,
    draft_event_mail,
    sent_to_person,
)
from api.invitations.outgoing_invitation import is_cancellation
from api.invitations.release import release_sendable
from api.mail.rows import MailRow, MailState
from api.participants.group_rows import (
    GroupEventDateRow,
    GroupEventPersonRow,
    GroupEventRow,
    GroupInvitationRow,
)
from api.participants.rows import PersonRow, Side
from api.personal_links.links import ensure_links
from api.services import Services
from coach.group_events import Audience
from coach.invitations import Invitation, Message, diff_invitations
from coach.sessions import Reply

_SIDES = {Audience.COACHEES: (Side.COACHEE,), Audience.COACHES: (Side.COACH,)}


def update_invitations(
    tx: Transaction, services: Services, event: GroupEventRow, *, now: datetime
) -> tuple[MailRow, ...]:
    """Create the messages about an event's upcoming dates, and return them as draft emails.

    People who should attend and have no invitation get one; people whose invitation is out of date
    get an updated one; people who should no longer attend get a cancellation. Invitations to
    earlier dates do not change. People without a secret link get one, because invitations contain
    the link.
    """
    tx.flush()
    people = set() if event.cancelled_at else set(audience_of(tx, event))
    mails = [
        mail
        for date in coming_dates(tx, event, now)
        for mail in _update_date(tx, event, date, people, now)
    ]
    tx.add_all(mails)
    tx.flush()
    invited = {mail.person_id for mail in mails if not is_cancellation(mail)}
    grace = services.settings.link_grace
    ensure_links(tx, services.keyring, invited, now=now, grace=grace)
    return tuple(mails)


def update_cycle(tx: Transaction, services: Services, cycle_id: str) -> None:
    """Update the invitations to all upcoming events of a cycle, after its people have changed.

    People who have joined are invited, and people who have left get a cancellation. The messages
    are sent at once if invitations to the event have been released before; otherwise, they wait
    with the other messages.
    """
    now = services.now()
    coming = select(GroupEventDateRow.event_id).where(GroupEventDateRow.starts_at > now)
    events = tx.scalars(
        select(GroupEventRow)
        .where(
            GroupEventRow.cycle_id == cycle_id,
            GroupEventRow.cancelled_at.is_(None),
            GroupEventRow.id.in_(coming),
        )
        .order_by(GroupEventRow.id)
    ).all()
    for event in events:
        was_released = _is_released(tx, event)
        mails = update_invitations(tx, services, event, now=now)
        if was_released and mails:
            release_sendable(tx, services, mails, now=now)


def audience_of(tx: Transaction, event: GroupEventRow) -> Sequence[str]:
    """Return the ids of an event's audience, limited to people currently in the cycle."""
    people = select(PersonRow.id).where(
        PersonRow.cycle_id == event.cycle_id,
        PersonRow.left_at.is_(None),
        PersonRow.erased_at.is_(None),
    )
    if event.audience is Audience.CHOSEN:
        chosen = select(GroupEventPersonRow.person_id).where(
            GroupEventPersonRow.event_id == event.id
        )
        people = people.where(PersonRow.id.in_(chosen))
    elif event.audience in _SIDES:
        people = people.where(PersonRow.side.in_(_SIDES[event.audience]))
    return tx.scalars(people).all()


def coming_dates(
    tx: Transaction, event: GroupEventRow, now: datetime
) -> Sequence[GroupEventDateRow]:
    """Return an event's upcoming dates, including removed dates."""
    return tx.scalars(
        select(GroupEventDateRow)
        .where(GroupEventDateRow.event_id == event.id, GroupEventDateRow.starts_at > now)
        .order_by(GroupEventDateRow.starts_at, GroupEventDateRow.id)
    ).all()


def _update_date(
    tx: Transaction,
    event: GroupEventRow,
    date: GroupEventDateRow,
    people: set[str],
    now: datetime,
) -> Iterator[MailRow]:
    rows = {
        row.person_id: row
        for row in tx.scalars(
            select(GroupInvitationRow).where(GroupInvitationRow.date_id == date.id)
        )
    }
    wanted = set() if date.removed_at else people
    invitation = _invitation(event, date)
    for person_id in sorted(wanted | rows.keys()):
        row = rows.get(person_id)
        before = {} if row is None else {date.uid: sent_to_person(row, date.uid)}
        after = {date.uid: invitation} if person_id in wanted else {}
        for message in diff_invitations(before, after, now):
            row = row or _new_row(tx, date, person_id)
            yield _announce(tx, row, message, event.cycle_id, now)


def _announce(
    tx: Transaction, row: GroupInvitationRow, message: Message, cycle_id: str, now: datetime
) -> MailRow:
    apply_event_message(row, message, now=now)
    tx.flush()
    return draft_event_mail(row, message, cycle_id, now=now)


def _invitation(event: GroupEventRow, date: GroupEventDateRow) -> Invitation:
    return Invitation(
        uid=date.uid,
        number=1,
        count=1,
        start=date.starts_at,
        end=date.ends_at,
        join_link=event.join_link or None,
        place=event.place,
        event=event.kind,
        first_day=date.first_day,
        last_day=date.last_day,
        is_required=event.is_required,
    )


def _new_row(tx: Transaction, date: GroupEventDateRow, person_id: str) -> GroupInvitationRow:
    row = GroupInvitationRow(
        date_id=date.id, person_id=person_id, reply=Reply.NONE, reply_sequence=-1
    )
    tx.add(row)
    return row


def _is_released(tx: Transaction, event: GroupEventRow) -> bool:
    """Return whether an email about an event has been released, or was sent by the office."""
    released = (
        select(MailRow.id)
        .join(GroupInvitationRow, GroupInvitationRow.id == MailRow.group_invitation_id)
        .join(GroupEventDateRow, GroupEventDateRow.id == GroupInvitationRow.date_id)
        .where(GroupEventDateRow.event_id == event.id, MailRow.state != MailState.DRAFT)
    )
    return tx.scalar(released.limit(1)) is not None
