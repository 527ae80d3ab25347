"""The delivery status of a cycle's emails."""

from __future__ import annotations

from datetime import datetime

from pydantic.json_schema import SkipJsonSchema
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.invitations.outgoing_invitation import ADDRESS, stored_message
from api.invitations.pending import PendingMessages, count_pending
from api.mail.rows import (
    ACCESS_KINDS,
    OUTBOX_KINDS,
    UNDELIVERED_STATES,
    MailKind,
    MailRow,
    MailState,
)
from api.mail.stored_problem import decode_problem
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow
from api.values import FrozenModel
from coach.group_events import GroupEventKind
from coach.invitations import Invitation
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer


class FailedMail(FrozenModel):
    """An email that could not be delivered.

    Attributes:
        to: the recipient.
        address: the recipient's current email address, or the former one that the email is for.
        problem: why the email could not be delivered.
        outbox_id: the id with which the email can be downloaded, to be sent another way; `None` if
            it is not an introduction, invitation or cancellation.
        number: the number of the session that the email is about, if any.
        event: the kind of the group event that the email is about, if any.
        start: the start of the session or group event that the email is about, if any.
    """

    id: str
    kind: MailKind
    to: PersonSummary
    address: str
    problem: str | SkipJsonSchema[Fact]
    outbox_id: str | None
    number: int | None
    event: GroupEventKind | None
    start: datetime | None
    ended_at: datetime | None


class DeliveryStatus(FrozenModel):
    """The delivery status of a cycle's emails.

    Attributes:
        sends: whether this server sends email.
        waiting: the number of emails that this server has yet to send, except `ACCESS_KINDS`.
        sent: the number of emails that this server has sent, except `ACCESS_KINDS`.
        failed: the emails that could not be delivered, except `ACCESS_KINDS`.
        trouble: the mail server's latest response that delays a waiting email; empty if there is
            none.
    """

    sends: bool
    waiting: int
    sent: int
    failed: tuple[FailedMail, ...]
    trouble: str | SkipJsonSchema[Fact]

    def rendered(self, texts: Renderer) -> DeliveryStatus:
        """Return a copy with text in the language of `texts` instead of facts."""
        failed = tuple(
            mail.model_copy(update={"problem": texts.text(mail.problem)}) for mail in self.failed
        )
        return self.model_copy(update={"failed": failed, "trouble": texts.text(self.trouble)})


class CycleMail(FrozenModel):
    """The number of a cycle's pending messages, and the delivery status of its emails."""

    pending: PendingMessages
    delivery: DeliveryStatus


def cycle_mail(tx: Transaction, services: Services, cycle_id: str) -> CycleMail:
    """Return the number of a cycle's pending messages, and the delivery status of its emails.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return CycleMail(
        pending=count_pending(tx, services, cycle_id),
        delivery=delivery_status_of(tx, services, cycle_id),
    )


def delivery_status(services: Services, cycle_id: str) -> DeliveryStatus:
    """Return the delivery status of a cycle's emails.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return delivery_status_of(tx, services, cycle_id)


def delivery_status_of(tx: Transaction, services: Services, cycle_id: str) -> DeliveryStatus:
    """Return the delivery status of a cycle's emails.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    of_cycle = (MailRow.cycle_id == cycle_id, MailRow.kind.not_in(ACCESS_KINDS))
    query = select(MailRow.state, func.count()).where(*of_cycle).group_by(MailRow.state)
    counts = dict.fromkeys(MailState, 0)
    for state, number in tx.execute(query):
        counts[state] = number
    trouble = tx.scalar(
        select(MailRow.problem)
        .where(*of_cycle, MailRow.state.in_(UNDELIVERED_STATES), MailRow.problem != "")
        .order_by(MailRow.attempted_at.desc())
        .limit(1)
    )
    return DeliveryStatus(
        sends=services.settings.mail.enabled,
        waiting=sum(counts[state] for state in UNDELIVERED_STATES),
        sent=counts[MailState.SENT],
        failed=_failed_mails(tx, *of_cycle),
        trouble=decode_problem(trouble or ""),
    )


def _failed_mails(tx: Transaction, *of_cycle: ColumnElement[bool]) -> tuple[FailedMail, ...]:
    """Return the failed emails that satisfy the conditions `of_cycle`, grouped by person."""
    failed = tx.execute(
        select(MailRow, PersonRow, SessionRow.number, SessionRow.starts_at)
        .join(PersonRow, PersonRow.id == MailRow.person_id)
        .outerjoin(SessionRow, SessionRow.id == MailRow.session_id)
        .where(*of_cycle, MailRow.state == MailState.FAILED)
        .order_by(PersonRow.code, SessionRow.starts_at, MailRow.id)
    )
    return tuple(
        FailedMail(
            id=mail.id,
            kind=mail.kind,
            to=person_summary(person),
            address=(mail.content or {}).get(ADDRESS) or person.email,
            problem=decode_problem(mail.problem),
            outbox_id=mail.id if mail.kind in OUTBOX_KINDS else None,
            number=number,
            event=None if (about := _invitation_in(mail)) is None else about.event,
            start=starts_at if about is None else about.start,
            ended_at=mail.ended_at,
        )
        for mail, person, number, starts_at in failed
    )


def _invitation_in(mail: MailRow) -> Invitation | None:
    """Return the invitation in an email, or `None`; the session or event may have moved since."""
    return stored_message(mail).invitation if mail.kind is MailKind.INVITATION else None
