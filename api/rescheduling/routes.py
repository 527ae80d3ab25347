"""JSON routes for moving sessions and for proposing other times."""

from __future__ import annotations

from fastapi import APIRouter

from api.http.dependencies import PrincipalDep, ServicesDep, TextsDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.rescheduling import decisions, office, slots
from api.rescheduling.decisions import Decision
from api.rescheduling.office import DetailsInput, MoveInput
from api.rescheduling.proposals import Proposal, read_proposals
from api.rescheduling.rows import ProposalState
from api.rescheduling.slots import NewTime
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from coach.feedback import LongText

SESSION_TIMES = APIRouter(prefix=f"{API}/sessions/{{session_id}}", tags=["sessions"])


class ProposalInput(NewTime):
    """One of the offered times, with an optional comment for the programme office."""

    comment: LongText = ""


class DecisionInput(FrozenModel):
    """A decision; a manager can confirm a time outside the rules with a `reason`."""

    decision: Decision
    reason: LongText = ""


class ProposalOutcome(FrozenModel):
    """The state of a proposal after a decision."""

    id: str
    state: ProposalState


@SESSION_TIMES.get("/slots", responses=problem_responses(404, 409))
def list_slots(
    session_id: str, services: ServicesDep, principal: PrincipalDep
) -> tuple[NewTime, ...]:
    """List the best free times to which a session can be moved, at most six."""
    return slots.read_slots(services, principal, session_id)


@SESSION_TIMES.post("/move", responses=problem_responses(404, 409, 422))
def move_session(
    session_id: str, move: MoveInput, services: ServicesDep, principal: PrincipalDep
) -> SessionDetails:
    """Move a session. A time outside the rules requires a reason."""
    return office.move_session(services, principal, session_id, move)


@SESSION_TIMES.post("/cancel", responses=problem_responses(404, 409))
def cancel_session(
    session_id: str, services: ServicesDep, principal: PrincipalDep
) -> SessionDetails:
    """Cancel an upcoming session."""
    return office.cancel_session(services, principal, session_id)


@SESSION_TIMES.patch("", responses=problem_responses(404, 409, 422))
def set_details(
    session_id: str, details: DetailsInput, services: ServicesDep, principal: PrincipalDep
) -> SessionDetails:
    """Set the mode, place, link and topic of a session, or of all its pair's upcoming sessions."""
    return office.set_details(services, principal, session_id, details)


@SESSION_TIMES.get("/proposals", responses=problem_responses(404))
def list_proposals(
    session_id: str, services: ServicesDep, principal: PrincipalDep, texts: TextsDep
) -> tuple[Proposal, ...]:
    """List the proposals to move a session, newest first."""
    found = read_proposals(services, principal, session_id)
    return tuple(one.rendered(texts) for one in found)


@SESSION_TIMES.post("/proposals", responses=problem_responses(404, 409, 422))
def propose(
    session_id: str,
    proposal: ProposalInput,
    services: ServicesDep,
    principal: PrincipalDep,
    texts: TextsDep,
) -> Proposal:
    """Propose one of the offered times; the other participant or the office decides."""
    time = NewTime(start=proposal.start, moves=proposal.moves)
    found = decisions.propose_offered(services, principal, session_id, time, proposal.comment)
    return found.rendered(texts)


@SESSION_TIMES.post("/proposals/{proposal_id}/decision", responses=problem_responses(404, 409, 422))
def decide(
    session_id: str,
    proposal_id: str,
    decision: DecisionInput,
    services: ServicesDep,
    principal: PrincipalDep,
) -> ProposalOutcome:
    """Confirm, refuse or withdraw a proposal."""
    found = decisions.decide(
        services,
        principal,
        session_id,
        proposal_id,
        decision.decision,
        reason=decision.reason,
    )
    return ProposalOutcome(id=found.id, state=found.state)


ROUTERS = (SESSION_TIMES,)
_SESSION = API + "/sessions/{session_id}"
PERMISSIONS: Permissions = {
    ("GET", _SESSION + "/slots"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="free times opened"
    ),
    ("POST", _SESSION + "/move"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("POST", _SESSION + "/cancel"): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("PATCH", _SESSION): Permission(MANAGER, scope=TokenScope.PEOPLE),
    ("GET", _SESSION + "/proposals"): Permission(
        MANAGER | PERSON, own_only=True, audit_action="session opened"
    ),
    ("POST", _SESSION + "/proposals"): Permission(PERSON, own_only=True),
    ("POST", _SESSION + "/proposals/{proposal_id}/decision"): Permission(
        MANAGER | PERSON, own_only=True, scope=TokenScope.PEOPLE
    ),
}
