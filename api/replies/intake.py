"""Records incoming emails, and stores the replies that they contain."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session as Transaction

from api.group_events.replies import keep_event_reply, store_event_reply
from api.http.principal import AccessRole, Principal
from api.logging.exception_location import exception_location
from api.participants.group_rows import GroupInvitationRow
from api.participants.rows import PersonRow, Side
from api.replies.bounces import record_bounces
from api.replies.decision import Decision, decide
from api.replies.reading.incoming_mail import IncomingMail, MailType, read_mail
from api.replies.reading.limits import stored_line
from api.replies.reading.mail_structure import message_digest
from api.replies.rows import (
    ADDRESS_LENGTH,
    IncomingMailRow,
    IncomingState,
    MailOrigin,
    Reason,
)
from api.replies.sender import TokenIndex
from api.rescheduling.rows import ProposalSource
from api.rescheduling.service import propose
from api.services import Services
from api.sessions.replies import ReplyInput, keep_reply, store_reply
from api.sessions.rows import ReplyRow, ReplySource, SessionRow
from coach.errors import ConflictError
from coach.sessions import Reply

_LOG = logging.getLogger(__name__)
_UNAVAILABLE = (OperationalError, InterfaceError)


@dataclass(frozen=True, slots=True)
class ArrivedMail:
    """An email as it was received.

    Attributes:
        raw: the bytes of the email, or the beginning of one that is too large.
        origin: the source from which the email was read.
        received_at: when the email was received; may be in the future if a clock is wrong.
        type: why the email was not read: too large, or not a regular file.
        name: the identifier of an email that was not read, such as the name of the file.
    """

    raw: bytes
    origin: MailOrigin
    received_at: datetime
    type: MailType | None = None
    name: str = ""

    @property
    def digest(self) -> str:
        """A hash that identifies copies of the email."""
        if not self.name:
            return message_digest(self.raw)
        named = self.name.encode("utf-8", "surrogateescape")
        return hashlib.sha256(named + b"\0" + self.raw).hexdigest()


def record_mails(services: Services, arrived: Sequence[ArrivedMail]) -> int:
    """Record emails and store their replies, in one transaction; return how many were new.

    If one of the emails causes an internal error, each email is recorded in its own transaction,
    and the one that caused the error is held like an unreadable email.

    Raises:
        SQLAlchemyError: the database is unavailable; no emails, or only the first emails, were
            recorded.
    """
    try:
        return _record(services, arrived)
    except _UNAVAILABLE:
        raise
    except Exception:  # noqa: BLE001 - one email must not keep the others from being read
        return sum(_record_alone(services, one) for one in arrived)


def _record(services: Services, arrived: Sequence[ArrivedMail]) -> int:
    with services.database.writing() as tx:
        index = TokenIndex(tx, services.keyring)
        return sum(record_mail(tx, services, index, one) is not None for one in arrived)


def _record_alone(services: Services, arrived: ArrivedMail) -> int:
    try:
        return _record(services, [arrived])
    except _UNAVAILABLE:
        raise
    except Exception as error:  # noqa: BLE001 - as above
        _LOG.error("an email could not be read: %s", exception_location(error))
        mail = IncomingMail(arrived.type or MailType.UNREADABLE)
        with services.database.writing() as tx:
            if _is_recorded(tx, arrived):
                return 0
            held = Decision(IncomingState.HELD, Reason.ERROR)
            tx.add(_row(arrived, mail, held, min(arrived.received_at, services.now())))
        return 1


def record_mail(
    tx: Transaction, services: Services, index: TokenIndex, arrived: ArrivedMail
) -> IncomingMailRow | None:
    """Record an email, and store its reply; return `None` if it had already been recorded."""
    if _is_recorded(tx, arrived):
        return None
    received_at = min(arrived.received_at, services.now())
    mail = _read(services, arrived)
    language = services.settings.language
    decision = decide(tx, index, mail, language=language, received_at=received_at)
    decision = _store(tx, services, mail, decision, received_at)
    record_bounces(tx, mail, now=received_at)
    row = _row(arrived, mail, decision, received_at)
    tx.add(row)
    tx.flush()
    return row


def _is_recorded(tx: Transaction, arrived: ArrivedMail) -> bool:
    known = select(IncomingMailRow.id).where(IncomingMailRow.digest == arrived.digest)
    return tx.scalar(known) is not None


def _read(services: Services, arrived: ArrivedMail) -> IncomingMail:
    if arrived.type is None:
        return read_mail(arrived.raw, services.settings.replies.authentication_server)
    found = read_mail(arrived.raw) if arrived.raw else IncomingMail(arrived.type)
    return IncomingMail(
        arrived.type, sender=found.sender, subject=found.subject or stored_line(arrived.name)
    )


def _store(
    tx: Transaction,
    services: Services,
    mail: IncomingMail,
    decision: Decision,
    received_at: datetime,
) -> Decision:
    """Store the reply in an email, or only add it to the history if a later reply was received.

    Returns the decision. For a counter-proposal, this is the decision after an attempt to propose
    its time.
    """
    person, session, reply = decision.person, decision.session, decision.reply
    if decision.event is not None:
        _store_event_reply(tx, decision, decision.event, mail.text, received_at)
        return decision
    if person is None or session is None:
        return decision
    if decision.reason is Reason.COUNTER and mail.answer is not None and mail.answer.start:
        return _propose(tx, services, decision, mail.answer.start, mail.text)
    if reply is None:
        return decision
    if decision.state is IncomingState.ANSWERED:
        answer = ReplyInput(reply=reply, comment=mail.text)
        store_reply(
            tx,
            services,
            principal_of(person),
            session,
            answer,
            now=received_at,
            source=ReplySource.MAIL,
            stamp=decision.stamp,
        )
    elif decision.reason is Reason.OLDER:
        late = _late_reply(person, session, reply, mail, received_at)
        keep_reply(tx, late, ReplySource.MAIL, decision.stamp, counted=False)
    return decision


def _store_event_reply(
    tx: Transaction,
    decision: Decision,
    event: GroupInvitationRow,
    comment: str,
    received_at: datetime,
) -> None:
    """Store the reply to a group event, or only add it to the history."""
    source, stamp = ReplySource.MAIL, decision.stamp
    if decision.reply not in {Reply.ACCEPTED, Reply.DECLINED}:
        return
    given = ReplyInput(reply=decision.reply, comment=comment)
    if decision.state is IncomingState.ANSWERED:
        store_event_reply(tx, event, given, now=received_at, source=source, stamp=stamp)
    elif decision.reason is Reason.OLDER:
        keep_event_reply(tx, event, given, source, stamp, received_at=received_at, counted=False)


def _propose(
    tx: Transaction, services: Services, decision: Decision, start: datetime, comment: str
) -> Decision:
    person, session = decision.person, decision.session
    if person is None or session is None:
        return decision
    source, now = ProposalSource.MAIL, services.now()
    try:
        propose(tx, services, session.id, person.id, start, source=source, comment=comment, now=now)
    except ConflictError:
        return replace(decision, reason=Reason.NO_SUCH_TIME)
    return replace(decision, state=IncomingState.ANSWERED, reason=Reason.PROPOSED)


def _late_reply(
    person: PersonRow, session: SessionRow, reply: Reply, mail: IncomingMail, received_at: datetime
) -> ReplyRow:
    return ReplyRow(
        session_id=session.id,
        person_id=person.id,
        reply=reply,
        comment=mail.text,
        sequence=session.sequence,
        replied_at=received_at,
    )


def principal_of(person: PersonRow) -> Principal:
    """Return the principal for a coach or coachee."""
    role = AccessRole.COACH if person.side is Side.COACH else AccessRole.COACHEE
    return Principal(role, person_id=person.id, cycle_id=person.cycle_id)


def _row(
    arrived: ArrivedMail,
    mail: IncomingMail,
    decision: Decision,
    received_at: datetime,
) -> IncomingMailRow:
    person, attendee = decision.person, decision.attendee
    other = mail.failed[0] if mail.failed else ""
    if attendee is not None:
        is_foreign = decision.reason is Reason.OTHER_ATTENDEE
        other = attendee.address if is_foreign else attendee.delegate
    return IncomingMailRow(
        digest=arrived.digest,
        origin=arrived.origin,
        received_at=received_at,
        type=mail.type,
        state=decision.state,
        reason=decision.reason,
        cycle_id=None if person is None else person.cycle_id,
        person_id=None if person is None else person.id,
        session_id=None if decision.session is None else decision.session.id,
        group_invitation_id=None if decision.event is None else decision.event.id,
        reply=decision.reply,
        sender=mail.sender[:ADDRESS_LENGTH],
        aide="" if attendee is None else attendee.sent_by[:ADDRESS_LENGTH],
        other_address=other[:ADDRESS_LENGTH],
        subject=mail.subject[:ADDRESS_LENGTH],
        text=mail.text,
        starts_at=None if mail.answer is None else mail.answer.start,
        sequence=decision.sequence,
        stamp=decision.stamp,
    )
