"""The programme office's use cases: reading incoming emails, and deciding on held emails."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.audit_trail.log import record_event
from api.cycles.rows import CycleRow
from api.database.existing_row import existing_row
from api.group_events.replies import store_event_reply
from api.participants.group_rows import GroupInvitationRow
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.replies import facts
from api.replies.intake import principal_of
from api.replies.reading.incoming_mail import MailType
from api.replies.rows import IncomingMailRow, IncomingState, MailOrigin, Reason
from api.services import Services
from api.sessions.replies import ReplyInput, store_reply
from api.sessions.rows import ReplySource, SessionRow, SessionState
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.group_events import GroupEventKind
from coach.invitations import Status
from coach.sessions import Reply

_RECENT = 100


class HeldAct(StrEnum):
    """A decision by the programme office about a held email."""

    ACCEPT = "accept"
    DECLINE = "decline"
    IGNORE = "ignore"


class HeldDecision(FrozenModel):
    """The decision about a held email."""

    act: HeldAct


class IncomingMailView(FrozenModel):
    """An incoming email, as shown to the programme office; see `IncomingMailRow`.

    Attributes:
        person: the person who sent the email, or who is claimed to be the sender.
        number: the number of the session in its series.
        event: the group event that the email is about, if any.
        start: the start of the session or group event.
        can_be_answered: whether the reply in the email can be entered.
    """

    id: str
    origin: MailOrigin
    received_at: datetime
    type: MailType
    state: IncomingState
    reason: Reason
    cycle_id: str | None
    cycle_name: str
    person: PersonSummary | None
    session_id: str | None
    number: int | None
    event: GroupEventKind | None
    start: datetime | None
    reply: Reply | None
    sender: str
    aide: str
    other_address: str
    subject: str
    text: str
    proposed_start: datetime | None
    can_be_answered: bool


class IncomingMails(FrozenModel):
    """The held emails, oldest first, and the latest other emails, newest first."""

    held: tuple[IncomingMailView, ...]
    recent: tuple[IncomingMailView, ...]


def read_incoming_mails(services: Services) -> IncomingMails:
    """Return the held emails, and the latest other emails."""
    now = services.now()
    with services.database.reading() as tx:
        is_held = IncomingMailRow.state == IncomingState.HELD
        held = _query().where(is_held).order_by(IncomingMailRow.received_at)
        recent = _query().where(~is_held).order_by(IncomingMailRow.received_at.desc())
        return IncomingMails(
            held=_views(tx, held, now), recent=_views(tx, recent.limit(_RECENT), now)
        )


def decide_held(services: Services, incoming_id: str, decision: HeldDecision) -> IncomingMailView:
    """Enter the reply in a held email, or ignore the email.

    Raises:
        NotFoundError: there is no such email.
        ConflictError: the email has already been decided on, or the reply cannot be entered because
            its session is unknown, cancelled or over.
    """
    now = services.now()
    with services.database.writing() as tx:
        row = existing_row(tx, IncomingMailRow, incoming_id, "email")
        if row.state is not IncomingState.HELD:
            raise ConflictError(facts.NOT_HELD())
        if decision.act is HeldAct.IGNORE:
            row.state = IncomingState.IGNORED
            record_event(tx, "incoming mail ignored", "mail", row.id)
        else:
            _enter_answer(tx, services, row, decision.act, now=now)
            row.state = IncomingState.USED
            record_event(tx, "incoming mail used", "mail", row.id, act=decision.act.value)
        row.decided_at = now
        tx.flush()
        (view,) = _views(tx, _query().where(IncomingMailRow.id == row.id), now)
        return view


def count_held(tx: Transaction, cycle_id: str) -> int:
    """Return the number of held emails about a cycle, or about no known cycle."""
    in_cycle = or_(IncomingMailRow.cycle_id == cycle_id, IncomingMailRow.cycle_id.is_(None))
    held = select(func.count()).where(IncomingMailRow.state == IncomingState.HELD, in_cycle)
    return tx.scalar(held) or 0


def _enter_answer(
    tx: Transaction, services: Services, row: IncomingMailRow, act: HeldAct, *, now: datetime
) -> None:
    answer = Reply.ACCEPTED if act is HeldAct.ACCEPT else Reply.DECLINED
    reply, source = ReplyInput(reply=answer, comment=row.text), ReplySource.OFFICE
    if row.group_invitation_id is not None:
        event = tx.get_one(GroupInvitationRow, row.group_invitation_id)
        store_event_reply(tx, event, reply, now=now, source=source)
        row.reply = answer
        return
    if row.person_id is None or row.session_id is None:
        raise ConflictError(facts.NO_SESSION())
    person = tx.get_one(PersonRow, row.person_id)
    session, principal = tx.get_one(SessionRow, row.session_id), principal_of(person)
    store_reply(tx, services, principal, session, reply, now=now, source=source)
    row.reply = answer


_Found = Select[IncomingMailRow, PersonRow, SessionRow, GroupInvitationRow, str]


def _query() -> _Found:
    person, session, event = aliased(PersonRow), aliased(SessionRow), aliased(GroupInvitationRow)
    return (
        select(IncomingMailRow, person, session, event, CycleRow.name)
        .outerjoin(person, person.id == IncomingMailRow.person_id)
        .outerjoin(session, session.id == IncomingMailRow.session_id)
        .outerjoin(event, event.id == IncomingMailRow.group_invitation_id)
        .outerjoin(CycleRow, CycleRow.id == IncomingMailRow.cycle_id)
    )


def _views(
    tx: Transaction,
    query: _Found,
    now: datetime,
) -> tuple[IncomingMailView, ...]:
    return tuple(
        _view(mail, person, session or event, cycle_name, now)
        for mail, person, session, event, cycle_name in tx.execute(query).all()
    )


def _view(
    row: IncomingMailRow,
    person: PersonRow | None,
    about: SessionRow | GroupInvitationRow | None,
    cycle_name: str | None,
    now: datetime,
) -> IncomingMailView:
    event = about if isinstance(about, GroupInvitationRow) else None
    session = about if isinstance(about, SessionRow) else None
    is_confirmed = (session is not None and session.state is SessionState.CONFIRMED) or (
        event is not None and event.status is Status.CONFIRMED
    )
    is_open = (
        about is not None
        and is_confirmed
        and about.ends_at > now
        and row.state is IncomingState.HELD
    )
    return IncomingMailView(
        id=row.id,
        origin=row.origin,
        received_at=row.received_at,
        type=row.type,
        state=row.state,
        reason=row.reason,
        cycle_id=row.cycle_id,
        cycle_name=cycle_name or "",
        person=None if person is None else person_summary(person),
        session_id=row.session_id,
        number=None if session is None else session.number,
        event=None if event is None else event.kind,
        start=None if about is None else about.starts_at,
        reply=row.reply,
        sender=row.sender,
        aide=row.aide,
        other_address=row.other_address,
        subject=row.subject,
        text=row.text,
        proposed_start=row.starts_at if row.reason in _WITH_TIME else None,
        can_be_answered=is_open and person is not None,
    )


_WITH_TIME = {Reason.COUNTER, Reason.SET_BY_OFFICE, Reason.PROPOSED}
