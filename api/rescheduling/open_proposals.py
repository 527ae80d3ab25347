"""Open proposals and declined times, as shown in the office's and participants' lists."""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import AwareDatetime
from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.cycles.service import cycle_row, policy_of
from api.participants.rows import PersonRow
from api.rescheduling.proposals import current_state
from api.rescheduling.rows import ProposalRow, ProposalSource, ProposalState
from api.sessions.current_replies import IS_CURRENT
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.sessions import Reply


class OpenProposal(FrozenModel):
    """An open proposal in the programme office's list.

    `for_office` is true if the office has to decide, because the cut-off has passed, or because the
    proposal came by email and may be outside the rules.
    """

    session_id: str
    number: int
    coachee: str
    coach: str
    start: AwareDatetime
    proposed: AwareDatetime
    for_office: bool


class SessionNotice(FrozenModel):
    """A notice to a participant about a session.

    Attributes:
        declined: whether the other participant has declined the session's time.
        own_proposal: whether the participant has an open proposal for another time.
        other_proposal: whether the other participant has an open proposal.
    """

    declined: bool = False
    own_proposal: bool = False
    other_proposal: bool = False


def open_proposals(tx: Transaction, cycle_id: str, *, now: datetime) -> tuple[OpenProposal, ...]:
    """Return the open proposals of a cycle, ordered by the start of their sessions."""
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(ProposalRow, SessionRow, coachee.name, coach.name)
        .join(SessionRow, SessionRow.id == ProposalRow.session_id)
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .where(SessionRow.cycle_id == cycle_id, ProposalRow.state == ProposalState.PROPOSED)
        .order_by(SessionRow.starts_at, ProposalRow.id)
    )
    hours = policy_of(cycle_row(tx, cycle_id)).sessions.reschedule_cutoff_hours
    latest = now + timedelta(hours=hours)
    return tuple(
        OpenProposal(
            session_id=session.id,
            number=session.number,
            coachee=coachee_name,
            coach=coach_name,
            start=session.starts_at,
            proposed=row.starts_at,
            for_office=row.source is ProposalSource.MAIL
            or min(session.starts_at, row.starts_at) < latest,
        )
        for row, session, coachee_name, coach_name in tx.execute(query).all()
        if current_state(row, session, now=now) is ProposalState.PROPOSED
    )


def session_notices(tx: Transaction, person_id: str, *, now: datetime) -> dict[str, SessionNotice]:
    """Return the notices about a person's upcoming sessions, keyed by session id."""
    coming = (
        or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id),
        SessionRow.state == SessionState.CONFIRMED,
        SessionRow.starts_at > now,
    )
    declined: Select[str] = (
        select(SessionRow.id)
        .join(ReplyRow, ReplyRow.session_id == SessionRow.id)
        .where(
            *coming,
            ReplyRow.person_id != person_id,
            ReplyRow.reply == Reply.DECLINED,
            IS_CURRENT,
        )
    )
    found = {one: SessionNotice(declined=True) for one in tx.scalars(declined)}
    proposed = (
        select(ProposalRow, SessionRow)
        .join(SessionRow, SessionRow.id == ProposalRow.session_id)
        .where(*coming, ProposalRow.state == ProposalState.PROPOSED)
    )
    for row, session in tx.execute(proposed).all():
        if current_state(row, session, now=now) is ProposalState.PROPOSED:
            own = row.person_id == person_id
            known = found.get(session.id, SessionNotice())
            found[session.id] = known.model_copy(
                update={"own_proposal": own, "other_proposal": not own}
            )
    return found
