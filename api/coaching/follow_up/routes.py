"""JSON routes for follow-ups, used by the people asked, by posts, and by the office."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response

from api.coaching.follow_up import answers, office, posts
from api.coaching.follow_up.answers import (
    FollowUpAnswer,
    FollowUpForm,
    FollowUpView,
    OwnFollowUps,
)
from api.coaching.follow_up.office import OfficeFollowUp
from api.coaching.follow_up.outcomes import CommitmentOutcome
from api.coaching.follow_up.posts import PostAnswer, PostView
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import ASKED_LATER, MANAGER, POST, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.lists.json_pages import JsonPageDep, set_total

OWN_FOLLOW_UPS = APIRouter(prefix=f"{API}/me/follow-ups", tags=["coaching"])
HANDED_OVER = APIRouter(prefix=f"{API}/handed-over", tags=["coaching"])
FOLLOW_UPS = APIRouter(prefix=f"{API}/cycles", tags=["coaching"])


@OWN_FOLLOW_UPS.get("", responses=problem_responses())
def read_follow_ups(services: ServicesDep, principal: PrincipalDep) -> OwnFollowUps:
    """Get your past, present and future follow-ups."""
    return answers.read_follow_ups(services, principal)


@OWN_FOLLOW_UPS.delete("", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses())
def stop_asking(services: ServicesDep, principal: PrincipalDep) -> None:
    """State that you do not want to be asked again. You do not have to give a reason."""
    answers.stop_asking(services, principal)


@OWN_FOLLOW_UPS.get("/{follow_up_id}", responses=problem_responses(404, 409))
def read_follow_up(
    follow_up_id: str, services: ServicesDep, principal: PrincipalDep
) -> FollowUpForm:
    """Get the content of a follow-up: your commitments, and the goals that you can rate."""
    return answers.read_form(services, principal, follow_up_id)


@OWN_FOLLOW_UPS.put("/{follow_up_id}", responses=problem_responses(404, 409, 422))
def answer_follow_up(
    follow_up_id: str, answer: FollowUpAnswer, services: ServicesDep, principal: PrincipalDep
) -> FollowUpView:
    """Answer a follow-up: rate your goals as of now, and state whether you may be asked again."""
    return answers.answer_follow_up(services, principal, follow_up_id, answer)


@OWN_FOLLOW_UPS.post(
    "/{follow_up_id}/commitments/{commitment_id}", responses=problem_responses(404, 409, 422)
)
def record_outcome(
    follow_up_id: str,
    commitment_id: str,
    outcome: CommitmentOutcome,
    services: ServicesDep,
    principal: PrincipalDep,
) -> FollowUpForm:
    """Record the outcome of one of your commitments, with evidence."""
    return answers.record_outcome(services, principal, follow_up_id, commitment_id, outcome)


@HANDED_OVER.get("", responses=problem_responses(404))
def read_post(services: ServicesDep, principal: PrincipalDep) -> PostView:
    """Get the commitment that your post has taken over. Use the link that was sent to the post."""
    return posts.read_post(services, principal)


@HANDED_OVER.put("", responses=problem_responses(404, 409, 422))
def answer_as_post(answer: PostAnswer, services: ServicesDep, principal: PrincipalDep) -> PostView:
    """State the outcome of the commitment, with evidence."""
    return posts.answer_as_post(services, principal, answer)


@FOLLOW_UPS.get("/{cycle_id}/follow-ups", responses=problem_responses(404))
def list_follow_ups(
    cycle_id: str,
    request: Request,
    response: Response,
    services: ServicesDep,
    page: JsonPageDep,
) -> list[OfficeFollowUp]:
    """List the follow-ups of a cycle with their dates, and the commitments by state."""
    found = office.list_follow_ups(services, cycle_id)
    set_total(request, response, page, len(found))
    return list(page.of(found))


ROUTERS = (OWN_FOLLOW_UPS, HANDED_OVER, FOLLOW_UPS)
_OWN = Permission(ASKED_LATER, own_only=True, requires_verification=True)
_ONE = API + "/me/follow-ups/{follow_up_id}"
PERMISSIONS: Permissions = {
    ("GET", API + "/me/follow-ups"): _OWN,
    ("DELETE", API + "/me/follow-ups"): _OWN,
    ("GET", _ONE): _OWN,
    ("PUT", _ONE): _OWN,
    ("POST", f"{_ONE}/commitments/{{commitment_id}}"): _OWN,
    ("GET", API + "/handed-over"): Permission(POST, own_only=True),
    ("PUT", API + "/handed-over"): Permission(POST, own_only=True),
    ("GET", API + "/cycles/{cycle_id}/follow-ups"): Permission(
        MANAGER, audit_action="follow-ups opened"
    ),
}
