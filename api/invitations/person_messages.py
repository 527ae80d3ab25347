"""A cycle's emails, grouped by person, as the programme office reviews them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header
from api.invitations import facts
from api.invitations.delivery_status import CycleMail, cycle_mail
from api.invitations.introduction import INTRODUCTION_FIRST
from api.invitations.message_list import MESSAGE_ACCESS, Recipient, recipients
from api.invitations.outgoing_invitation import stored_message
from api.lists.query import ListQuery
from api.lists.selection import Selected, select_rows
from api.mail.rows import OUTBOX_KINDS, SENT_STATES, MailKind, MailRow, MailState
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.services import Services
from api.values import FrozenModel
from api.web.labels import Badge
from coach.group_events import GroupEventKind
from coach.invitations import Message, Method

INTRODUCTION = Badge(facts.KIND_INTRODUCTION())
_INVITATION = Badge(facts.KIND_INVITATION())
_NEW_TIME = Badge(facts.KIND_NEW_TIME(), "warn")
_CHANGE = Badge(facts.KIND_CHANGE(), "warn")
_CANCELLATION = Badge(facts.KIND_CANCELLATION(), "bad")


class MessageLine(FrozenModel):
    """An email to one person, with the `number` and the `start` of its session, if any.

    `event` is the kind of the group event that the email is about; `None` for other emails.
    """

    id: str
    kind: Badge
    number: int | None
    event: GroupEventKind | None
    start: datetime | None
    state: MailState
    ended_at: datetime | None
    can_be_sent_again: bool
    tries: int


class PersonMessages(FrozenModel):
    """The emails to one person: the introduction, then the others by revision and creation time."""

    to: PersonSummary
    messages: tuple[MessageLine, ...]

    @property
    def states(self) -> tuple[MailState, ...]:
        """The states of the emails, without duplicates."""
        return tuple(dict.fromkeys(message.state for message in self.messages))


@dataclass(frozen=True, slots=True)
class MessagesByPerson:
    """One page of a cycle's emails, grouped by person, and the delivery status of all emails."""

    cycle: CycleHeader
    selected: Selected[Recipient]
    people: tuple[PersonMessages, ...]
    mail: CycleMail


def read_messages_by_person(
    services: Services, cycle_id: str, query: ListQuery
) -> MessagesByPerson:
    """Return the introductions, invitations and cancellations for the people selected by a query.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        selected = select_rows(recipients(tx, cycle_id), query, MESSAGE_ACCESS)
        ids = [row.id for row in selected.rows]
        return MessagesByPerson(
            cycle=cycle,
            selected=selected,
            people=_by_person(tx, ids, sends=services.settings.mail.enabled),
            mail=cycle_mail(tx, services, cycle_id),
        )


def _by_person(
    tx: Transaction, people: Sequence[str], *, sends: bool
) -> tuple[PersonMessages, ...]:
    rows = tx.execute(
        select(MailRow, PersonRow)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .where(PersonRow.id.in_(people), MailRow.kind.in_(OUTBOX_KINDS))
        .order_by(PersonRow.id, INTRODUCTION_FIRST, MailRow.occasion, MailRow.created_at)
    ).all()
    latest: dict[tuple[str | None, ...], int] = {}
    for mail, _ in rows:
        key = mail.person_id, mail.session_id, mail.group_invitation_id
        latest[key] = max(mail.occasion, latest.get(key, 0))
    messages = {
        person.id: PersonMessages(
            to=person_summary(person),
            messages=tuple(
                message_line(
                    mail,
                    can_be_sent_again=sends
                    and mail.state in SENT_STATES
                    and latest[mail.person_id, mail.session_id, mail.group_invitation_id]
                    == mail.occasion,
                )
                for mail, _ in group
            ),
        )
        for person, group in groupby(rows, key=lambda row: row[1])
    }
    return tuple(messages[one] for one in people)


def message_line(mail: MailRow, *, can_be_sent_again: bool = False) -> MessageLine:
    """Return an email as the office sees it in a list."""
    number, start, event, kind = None, None, None, INTRODUCTION
    if mail.kind is not MailKind.INTRODUCTION:
        message = stored_message(mail)
        invitation = message.invitation
        number, start, event = invitation.number, invitation.start, invitation.event
        kind = message_kind(message)
    return MessageLine(
        id=mail.id,
        kind=kind,
        number=number,
        event=event,
        start=start,
        state=mail.state,
        ended_at=mail.ended_at,
        can_be_sent_again=can_be_sent_again,
        tries=mail.tries,
    )


def message_kind(message: Message) -> Badge:
    """Return the kind of a message about a session or a group event."""
    if message.method is Method.CANCEL:
        return _CANCELLATION
    if message.before is None:
        return _INVITATION
    return _NEW_TIME if message.asks_again else _CHANGE
