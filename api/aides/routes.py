"""JSON routes for aides, and for coachees who create and end aides' links."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter

from api.aides import another_time, answers, links
from api.aides.another_time import AideProposal, AnotherTime
from api.aides.answers import AideReply, AideTime, AideTimes
from api.aides.links import AideLink, AideName, NewAideLink
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import AIDE, COACHEE, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.rescheduling.decisions import Decision
from api.rescheduling.slots import NewTime
from api.values import FrozenModel

OWN_AIDES = APIRouter(prefix=f"{API}/me", tags=["me"])
AIDES = APIRouter(prefix=f"{API}/aide", tags=["aide"])


class AideDecision(FrozenModel):
    """An aide's decision about a proposal, without a reason."""

    decision: Decision


@OWN_AIDES.get("/aides", responses=problem_responses())
def read_aides(services: ServicesDep, principal: PrincipalDep) -> tuple[AideLink, ...]:
    """List your aides' links, without their addresses."""
    return links.read_aides(services, principal)


@OWN_AIDES.post("/aides", status_code=HTTPStatus.CREATED, responses=problem_responses(409, 422))
def create_aide(name: AideName, services: ServicesDep, principal: PrincipalDep) -> NewAideLink:
    """Create an aide's link, and get its address. The link ends with the cycle."""
    return links.create_aide(services, principal, name)


@OWN_AIDES.delete(
    "/aides/{aide_id}", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(404)
)
def end_aide(aide_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """End one of your aides' links."""
    links.end_aide(services, principal, aide_id)


@AIDES.get("/times", responses=problem_responses())
def read_times(services: ServicesDep, principal: PrincipalDep) -> AideTimes:
    """List the times of the coachee's upcoming sessions. Requires an aide's link."""
    return answers.read_times(services, principal)


@AIDES.put("/times/{session_id}/reply", responses=problem_responses(404, 409, 422))
def answer_for_coachee(
    session_id: str, given: AideReply, services: ServicesDep, principal: PrincipalDep
) -> AideTime:
    """Accept or decline a time. Requires an aide's link. The coachee is notified by email."""
    return answers.answer(services, principal, session_id, given)


@AIDES.get("/times/{session_id}/another-time", responses=problem_responses(404))
def read_another_time(
    session_id: str, services: ServicesDep, principal: PrincipalDep
) -> AnotherTime:
    """List the times to which a session can be moved, and the proposals to move it."""
    return another_time.read_another_time(services, principal, session_id)


@AIDES.post("/times/{session_id}/proposals", responses=problem_responses(404, 409, 422))
def propose_for_coachee(
    session_id: str, time: NewTime, services: ServicesDep, principal: PrincipalDep
) -> AideProposal:
    """Propose one of the offered times for the coachee, who is notified by email."""
    return another_time.propose(services, principal, session_id, time)


@AIDES.post(
    "/times/{session_id}/proposals/{proposal_id}/decision",
    responses=problem_responses(404, 409, 422),
)
def decide_for_coachee(
    session_id: str,
    proposal_id: str,
    given: AideDecision,
    services: ServicesDep,
    principal: PrincipalDep,
) -> AideProposal:
    """Confirm or refuse the other participant's proposal, or withdraw the coachee's own."""
    return another_time.decide(services, principal, session_id, proposal_id, given.decision)


ROUTERS = (OWN_AIDES, AIDES)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/aides"): Permission(COACHEE, requires_verification=True),
    ("POST", API + "/me/aides"): Permission(COACHEE, requires_verification=True),
    ("DELETE", API + "/me/aides/{aide_id}"): Permission(COACHEE, requires_verification=True),
    ("GET", API + "/aide/times"): Permission(AIDE),
    ("PUT", API + "/aide/times/{session_id}/reply"): Permission(AIDE, own_only=True),
    ("GET", API + "/aide/times/{session_id}/another-time"): Permission(AIDE, own_only=True),
    ("POST", API + "/aide/times/{session_id}/proposals"): Permission(AIDE, own_only=True),
    ("POST", API + "/aide/times/{session_id}/proposals/{proposal_id}/decision"): Permission(
        AIDE, own_only=True
    ),
}
