"""Proposes times, and decides on proposals, for the principal of a request."""

from __future__ import annotations

from enum import StrEnum

from sqlalchemy.orm import Session as Transaction

from api.http.principal import Principal
from api.rescheduling import facts, service
from api.rescheduling.proposals import Proposal, find_proposal
from api.rescheduling.rows import ProposalRow, ProposalSource
from api.rescheduling.slots import NewTime
from api.services import Services
from api.sessions.schedule import own_session
from coach.errors import NotAllowedError


class Decision(StrEnum):
    """The possible decisions about a proposal."""

    CONFIRM = "confirm"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"


def propose_offered(
    services: Services, principal: Principal, session_id: str, time: NewTime, comment: str = ""
) -> Proposal:
    """Propose one of the times that are offered to the principal; see `service.propose`.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
        NotAllowedError: `principal` is not a participant.
        ConflictError: the session cannot be moved, or the time is not offered.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        if principal.person_id is None:
            raise NotAllowedError(facts.NOT_A_PARTICIPANT())
        return service.propose(
            tx,
            services,
            session.id,
            principal.person_id,
            time,
            source=ProposalSource.PAGE,
            comment=comment,
            now=services.now(),
        )


def decide(
    services: Services,
    principal: Principal,
    session_id: str,
    proposal_id: str,
    decision: Decision,
    *,
    reason: str = "",
) -> Proposal:
    """Confirm, refuse or withdraw a proposal as a participant or as the programme office.

    `reason` is why the office allows a time outside the rules.

    Raises:
        NotFoundError: there is no such session or proposal, or `principal` may not see it.
        ConflictError: the decision is not up to the principal, the proposal is no longer open, or
            the time is no longer free.
        OutsideRulesError: the office confirms a time outside the rules without a `reason`.
    """
    with services.database.writing() as tx:
        session = own_session(tx, principal, session_id)
        row = find_proposal(tx, session, proposal_id)
        return apply_decision(tx, services, principal, row, decision, reason=reason)


def apply_decision(
    tx: Transaction,
    services: Services,
    principal: Principal,
    row: ProposalRow,
    decision: Decision,
    *,
    reason: str = "",
) -> Proposal:
    """Apply a decision about a session that the principal may see; see `decide`.

    Raises:
        ConflictError: as in `decide`.
    """
    now, person_id = services.now(), principal.person_id
    if decision is Decision.CONFIRM:
        return service.confirm(tx, services, row.id, person_id, reason=reason, now=now)
    if decision is Decision.REFUSE:
        return service.refuse(tx, services, row.id, person_id, now=now)
    return service.withdraw(tx, services, row.id, person_id, now=now)
