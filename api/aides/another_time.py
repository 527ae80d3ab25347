"""Use cases for aides: proposing another time for a coachee, or answering a proposal.

An aide sees the times when both participants are free, and the proposals without comments.
"""

from __future__ import annotations

from datetime import timedelta

from pydantic import AwareDatetime
from sqlalchemy import select

from api.aides.answers import AideTime, coachee_of, read_time, tell_coachee
from api.aides.notices import EVENT_OF_DECISION, AideAct, AideEvent
from api.http.principal import Principal
from api.participants.rows import Side
from api.rescheduling import service
from api.rescheduling.decisions import Decision, apply_decision
from api.rescheduling.proposals import Proposal, find_proposal
from api.rescheduling.rows import ProposalRow, ProposalSource, ProposalState
from api.rescheduling.session_times import session_times
from api.rescheduling.slots import NewTime
from api.services import Services
from api.sessions.schedule import own_session
from api.values import FrozenModel


class AideProposal(FrozenModel):
    """A proposal as an aide sees it.

    Attributes:
        own: whether the proposal was made by or for the coachee, not by the other participant.
        needs_office: whether the programme office has to decide on it.
    """

    id: str
    own: bool
    time: NewTime
    state: ProposalState
    created_at: AwareDatetime
    needs_office: bool

    @property
    def is_open(self) -> bool:
        """Whether the proposal is still open: not yet decided, withdrawn or closed."""
        return self.state is ProposalState.PROPOSED


class AnotherTime(FrozenModel):
    """A session's time, the times to which it can be moved, and the proposals, newest first.

    Attributes:
        length: the length of the session.
        slots: the times that are free for both participants, best first.
        cutoff_hours: the number of hours before the session until which participants can move it
            themselves.
        office_decides: whether the cut-off has passed, so that the programme office decides.
    """

    time: AideTime
    length: timedelta
    slots: tuple[NewTime, ...]
    proposals: tuple[AideProposal, ...]
    cutoff_hours: int
    office_decides: bool


def read_another_time(services: Services, principal: Principal, session_id: str) -> AnotherTime:
    """Return the times to which one of the coachee's sessions can be moved, and its proposals.

    Raises:
        NotFoundError: there is no such session, or it is not the coachee's.
    """
    coachee = coachee_of(principal)
    with services.database.reading() as tx:
        found = session_times(tx, services, coachee, session_id)
        return AnotherTime(
            time=read_time(tx, services, coachee, session_id),
            length=found.length,
            slots=found.slots,
            proposals=tuple(map(_seen, found.proposals)),
            cutoff_hours=found.cutoff_hours,
            office_decides=found.office_decides,
        )


def propose(
    services: Services, principal: Principal, session_id: str, time: NewTime
) -> AideProposal:
    """Propose one of the offered times for the coachee, and email them if the proposal is new.

    Raises:
        NotFoundError: there is no such session, or it is not the coachee's.
        ConflictError: the session cannot be moved, the time is not offered, or the aide has sent
            too many answers today.
    """
    coachee = coachee_of(principal)
    with services.database.writing() as tx:
        session = own_session(tx, coachee, session_id)
        act = AideAct(AideEvent.PROPOSED, session.starts_at, session.ends_at, time.start)
        known = set(tx.scalars(select(ProposalRow.id).where(ProposalRow.session_id == session.id)))
        made = service.propose(
            tx,
            services,
            session.id,
            coachee.person_id or "",
            time,
            source=ProposalSource.PAGE,
            aide_id=principal.credential_id,
            now=services.now(),
        )
        if made.id not in known:
            tell_coachee(tx, services, principal, act)
        return _seen(made)


def decide(
    services: Services,
    principal: Principal,
    session_id: str,
    proposal_id: str,
    decision: Decision,
) -> AideProposal:
    """Confirm or refuse the other participant's proposal, or withdraw the coachee's own.

    The coachee is notified by email if the proposal was open.

    Raises:
        NotFoundError: there is no such session of the coachee, or no such proposal for it.
        ConflictError: the decision is not up to the coachee, the proposal is no longer open, the
            time is no longer free, or the aide has sent too many answers today.
    """
    coachee = coachee_of(principal)
    with services.database.writing() as tx:
        session = own_session(tx, coachee, session_id)
        row = find_proposal(tx, session, proposal_id)
        event = EVENT_OF_DECISION[decision]
        act = AideAct(event, session.starts_at, session.ends_at, row.starts_at)
        was_open = row.state is ProposalState.PROPOSED
        decided = apply_decision(tx, services, coachee, row, decision)
        if was_open:
            tell_coachee(tx, services, principal, act)
        return _seen(decided)


def _seen(proposal: Proposal) -> AideProposal:
    return AideProposal(
        id=proposal.id,
        own=proposal.by is Side.COACHEE,
        time=proposal.time,
        state=proposal.state,
        created_at=proposal.created_at,
        needs_office=proposal.needs_office,
    )
