"""Stores, confirms, refuses and withdraws proposals for another session time."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.http.principal import AccessRole, Principal
from api.participants.declined_times import remember_declined_time
from api.participants.rows import Side
from api.rescheduling import facts
from api.rescheduling.moving import apply_new_time, require_allowed
from api.rescheduling.notices import send_closed, send_proposal
from api.rescheduling.presenters import STATE
from api.rescheduling.proposals import (
    Proposal,
    current_state,
    is_after_cutoff,
    proposal_problems,
    proposed_time,
    show_proposal,
)
from api.rescheduling.rows import ProposalRow, ProposalSource, ProposalState
from api.rescheduling.slots import NewTime, require_movable, slots_of
from api.services import Services
from api.sessions import facts as session_facts
from api.sessions.replies import ReplyInput, store_reply
from api.sessions.rows import SessionRow
from coach.errors import ConflictError, NotFoundError
from coach.sessions import Reply


def propose(
    tx: Transaction,
    services: Services,
    session_id: str,
    person_id: str,
    start: datetime | NewTime,
    *,
    source: ProposalSource,
    comment: str = "",
    aide_id: str | None = None,
    now: datetime,
) -> Proposal:
    """Store a participant's proposal, and ask the other participant or the office to decide.

    The proposal replaces any open proposal about the session. Repeating an open proposal can only
    change its comment, and nobody is notified again. On a page, only the offered times can be
    selected. By email, any future time can be proposed; if it is outside the rules, the programme
    office decides. `aide_id` is the link of the aide who makes the proposal on the participant's
    behalf, if any.

    Raises:
        NotFoundError: there is no such session, or the person is not a participant.
        ConflictError: the session is cancelled or has started, or the time cannot be proposed.
    """
    session = tx.get(SessionRow, session_id)
    if session is None or person_id not in {session.coachee_id, session.coach_id}:
        raise NotFoundError(session_facts.NOT_FOUND(id=session_id))
    require_movable(session, now)
    time = start if isinstance(start, NewTime) else NewTime(start=start)
    same = _same_proposal(tx, session, person_id, time)
    if same is not None:
        same.comment = comment or same.comment
        return show_proposal(tx, same, session, reader=person_id, now=now)
    _require_proposable(tx, session, time, source, now=now)
    _close_open_ones(tx, services, session, person_id, now=now)
    row = _new_proposal(session, person_id, time, source, now=now)
    row.comment, row.aide_id = comment, aide_id
    tx.add(row)
    record_event(tx, "time proposed", "session", session.id)
    shown = show_proposal(tx, row, session, reader=person_id, now=now)
    if not shown.needs_office:
        send_proposal(tx, services, row, session, now=now)
    return shown


def _new_proposal(
    session: SessionRow, person_id: str, time: NewTime, source: ProposalSource, *, now: datetime
) -> ProposalRow:
    return ProposalRow(
        session_id=session.id,
        person_id=person_id,
        starts_at=time.start,
        moves=[one.model_dump(mode="json") for one in time.moves],
        source=source,
        sequence=session.sequence,
        state=ProposalState.PROPOSED,
        created_at=now,
    )


def confirm(
    tx: Transaction,
    services: Services,
    proposal_id: str,
    person_id: str | None,
    *,
    reason: str = "",
    now: datetime,
) -> Proposal:
    """Move the session to the proposed time, and prepare new invitations.

    The invitations are sent at once if a participant confirms, and are drafts if the office does.
    The former time is stored as declined by the person who made the proposal. Whether the new time
    is still free is checked in this transaction. Participants who agreed to the time have thereby
    accepted the session. `person_id` is the other participant, or `None` for the programme office,
    which can allow a time outside the rules with a `reason`. Confirming a proposal again changes
    nothing.

    Raises:
        NotFoundError: there is no such proposal, or the person does not take part in the session.
        ConflictError: the proposal is the person's own, has to be decided by the programme office,
            or is no longer open; or the time is no longer free.
        OutsideRulesError: the office confirms a time outside the rules without a `reason`.
    """
    row, session = _proposal_of(tx, proposal_id, person_id)
    if _is_decided(row, person_id, ProposalState.CONFIRMED):
        return show_proposal(tx, row, session, reader=person_id, now=now)
    _require_open(row, session, now=now)
    problems = proposal_problems(tx, row, session, now=now)
    if person_id is not None:
        _require_decidable(tx, row, session, person_id, now=now)
        if problems:
            raise ConflictError(facts.NO_LONGER_FREE())
    else:
        require_allowed(tx, session, row.starts_at, problems, reason, now=now)
    agreed = {row.person_id} if person_id is None else {row.person_id, person_id}
    former = session.starts_at, session.ends_at
    moved = apply_new_time(
        tx, services, session, proposed_time(row), release=person_id is not None, now=now
    )
    remember_declined_time(tx, row.person_id, *former, now=now)
    _close(row, ProposalState.CONFIRMED, now=now)
    for one in moved:
        for participant in sorted(agreed):
            _accept(tx, services, one, participant, now=now)
    record_event(tx, "proposal confirmed", "session", session.id)
    return show_proposal(tx, row, session, reader=person_id, now=now)


def refuse(
    tx: Transaction,
    services: Services,
    proposal_id: str,
    person_id: str | None,
    *,
    now: datetime,
) -> Proposal:
    """Refuse a proposal, so that the session keeps its time.

    The participants are notified, except the one who refuses. `person_id` is the other participant,
    or `None` for the programme office. Refusing a proposal again changes nothing.

    Raises:
        NotFoundError: there is no such proposal, or the person does not take part in the session.
        ConflictError: the proposal is the person's own, or no longer open.
    """
    row, session = _proposal_of(tx, proposal_id, person_id)
    if _is_decided(row, person_id, ProposalState.REFUSED):
        return show_proposal(tx, row, session, reader=person_id, now=now)
    _require_open(row, session, now=now)
    if person_id == row.person_id:
        raise ConflictError(facts.OWN_PROPOSAL())
    _close(row, ProposalState.REFUSED, now=now)
    participants = {session.coachee_id, session.coach_id} - {person_id}
    send_closed(tx, services, row, session, sorted(participants), now=now)
    record_event(tx, "proposal refused", "session", session.id)
    return show_proposal(tx, row, session, reader=person_id, now=now)


def withdraw(
    tx: Transaction, services: Services, proposal_id: str, person_id: str | None, *, now: datetime
) -> Proposal:
    """Withdraw a participant's own proposal; notify the other participant if they knew of it.

    Withdrawing a proposal again changes nothing.

    Raises:
        NotFoundError: there is no such proposal, or the person does not take part in the session.
        ConflictError: somebody else made the proposal, or it is no longer open.
    """
    row, session = _proposal_of(tx, proposal_id, person_id)
    if row.state is ProposalState.WITHDRAWN and row.person_id == person_id:
        return show_proposal(tx, row, session, reader=person_id, now=now)
    _require_open(row, session, now=now)
    if person_id != row.person_id:
        raise ConflictError(facts.NOT_OWN_PROPOSAL())
    knew = not is_after_cutoff(tx, row, session, now=row.created_at)
    _close(row, ProposalState.WITHDRAWN, now=now)
    if knew:
        others = {session.coachee_id, session.coach_id} - {row.person_id}
        send_closed(tx, services, row, session, sorted(others), now=now)
    record_event(tx, "proposal withdrawn", "session", session.id)
    return show_proposal(tx, row, session, reader=person_id, now=now)


def _require_proposable(
    tx: Transaction, session: SessionRow, time: NewTime, source: ProposalSource, *, now: datetime
) -> None:
    if time.start == session.starts_at:
        raise ConflictError(facts.SAME_TIME())
    if time.start <= now:
        raise ConflictError(facts.IN_THE_PAST())
    if source is ProposalSource.PAGE and time not in slots_of(
        tx, session, now=now, by_office=False
    ):
        raise ConflictError(facts.NOT_OFFERED())


def _close_open_ones(
    tx: Transaction, services: Services, session: SessionRow, person_id: str, *, now: datetime
) -> None:
    """Withdraw a person's open proposals about a session, and refuse the other participant's."""
    query = select(ProposalRow).where(
        ProposalRow.session_id == session.id, ProposalRow.state == ProposalState.PROPOSED
    )
    for row in tx.scalars(query).all():
        own = row.person_id == person_id
        _close(row, ProposalState.WITHDRAWN if own else ProposalState.REFUSED, now=now)
        if row.source is ProposalSource.MAIL and not own:
            send_closed(tx, services, row, session, [row.person_id], now=now)


def _same_proposal(
    tx: Transaction, session: SessionRow, person_id: str, time: NewTime
) -> ProposalRow | None:
    """Return a person's open proposal for the same time, if there is one."""
    query = select(ProposalRow).where(
        ProposalRow.session_id == session.id,
        ProposalRow.person_id == person_id,
        ProposalRow.state == ProposalState.PROPOSED,
        ProposalRow.sequence == session.sequence,
    )
    return next((row for row in tx.scalars(query) if proposed_time(row) == time), None)


def _proposal_of(
    tx: Transaction, proposal_id: str, person_id: str | None
) -> tuple[ProposalRow, SessionRow]:
    """Return a proposal and its session, in which the person must be a participant."""
    row = tx.get(ProposalRow, proposal_id)
    session = None if row is None else tx.get_one(SessionRow, row.session_id)
    if row is None or session is None:
        raise NotFoundError(facts.PROPOSAL_NOT_FOUND(id=proposal_id))
    if person_id is not None and person_id not in {session.coachee_id, session.coach_id}:
        raise NotFoundError(facts.PROPOSAL_NOT_FOUND(id=proposal_id))
    return row, session


def _is_decided(row: ProposalRow, person_id: str | None, state: ProposalState) -> bool:
    """Return whether another person's proposal has already been decided in the same way."""
    return row.state is state and row.person_id != person_id


def _require_open(row: ProposalRow, session: SessionRow, *, now: datetime) -> None:
    state = current_state(row, session, now=now)
    if state is not ProposalState.PROPOSED:
        raise ConflictError(facts.NOT_OPEN(state=STATE[state].words))


def _require_decidable(
    tx: Transaction, row: ProposalRow, session: SessionRow, person_id: str, *, now: datetime
) -> None:
    if person_id == row.person_id:
        raise ConflictError(facts.OWN_PROPOSAL())
    if is_after_cutoff(tx, row, session, now=now):
        raise ConflictError(facts.OFFICE_DECIDES())


def _close(row: ProposalRow, state: ProposalState, *, now: datetime) -> None:
    row.state, row.decided_at = state, now


def _accept(
    tx: Transaction, services: Services, session: SessionRow, person_id: str, *, now: datetime
) -> None:
    side = Side.COACHEE if person_id == session.coachee_id else Side.COACH
    principal = Principal(AccessRole(side.value), person_id=person_id, cycle_id=session.cycle_id)
    store_reply(tx, services, principal, session, ReplyInput(reply=Reply.ACCEPTED), now=now)
