"""JSON routes for goals and commitments."""

from __future__ import annotations

from fastapi import APIRouter

from api.coaching.goals import commitments as commitment_cases
from api.coaching.goals import goals as goal_cases
from api.coaching.goals import office, ratings, sharing_with_new_coach
from api.coaching.goals.commitment_views import CommitmentView
from api.coaching.goals.commitments import (
    CommitmentInput,
    CommitmentsOfPair,
    CommitmentStep,
    SharingInput,
)
from api.coaching.goals.goal_views import GoalView
from api.coaching.goals.goals import GoalParts, GoalsOfPair, GoalStep
from api.coaching.goals.office import CountsOfCycle, OfficeCoachee
from api.coaching.goals.ratings import RatingInput
from api.coaching.goals.sharing_with_new_coach import SharedWork
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACHEE, MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from coach.commitments import Commitment, Evidence
from coach.goals import GoalStatement

GOALS = APIRouter(prefix=f"{API}/me/pairs/{{other_id}}", tags=["coaching"])
GOALS_OF_CYCLE = APIRouter(prefix=f"{API}/cycles", tags=["coaching"])


@GOALS.get("/goals", responses=problem_responses(404))
def read_goals(other_id: str, services: ServicesDep, principal: PrincipalDep) -> GoalsOfPair:
    """Get the goals that you share with your coach or coachee, with the T scores."""
    return goal_cases.read_goals(services, principal, other_id)


@GOALS.post("/goals", responses=problem_responses(404, 409, 422))
def add_goal(
    other_id: str, given: GoalStatement, services: ServicesDep, principal: PrincipalDep
) -> GoalView:
    """Add a goal. Enter its scale and proof with `PATCH`; the other person then agrees to it."""
    return goal_cases.add_goal(services, principal, other_id, given)


@GOALS.patch("/goals/{goal_id}", responses=problem_responses(404, 409, 412, 422))
def change_goal(
    other_id: str,
    goal_id: str,
    parts: GoalParts,
    services: ServicesDep,
    principal: PrincipalDep,
) -> GoalView:
    """Change parts of a goal; the other person then has to agree to the changed goal."""
    return goal_cases.change_goal(services, principal, other_id, goal_id, parts)


@GOALS.post("/goals/{goal_id}/step", responses=problem_responses(404, 409, 412, 422))
def step_goal(
    other_id: str, goal_id: str, step: GoalStep, services: ServicesDep, principal: PrincipalDep
) -> GoalView:
    """Agree to a goal, start or reopen it, record its result, drop it, or hand it over."""
    return goal_cases.step_goal(services, principal, other_id, goal_id, step)


@GOALS.put("/goals/{goal_id}/ratings", responses=problem_responses(404, 409, 422))
def rate_goal(
    other_id: str,
    goal_id: str,
    rating: RatingInput,
    services: ServicesDep,
    principal: PrincipalDep,
) -> GoalView:
    """Rate a goal, replacing an earlier rating by the same rater for the same moment."""
    return ratings.rate_goal(services, principal, other_id, goal_id, rating)


@GOALS.post("/share-with-new-coach", responses=problem_responses(404, 409))
def share_with_new_coach(
    other_id: str, services: ServicesDep, principal: PrincipalDep
) -> SharedWork:
    """Let your new coach see the goals and commitments of your former pair.

    `other_id` is your former coach, whose ratings and agreement the new coach does not see.
    """
    return sharing_with_new_coach.share_with_new_coach(services, principal, other_id)


@GOALS.get("/commitments", responses=problem_responses(404))
def read_commitments(
    other_id: str, services: ServicesDep, principal: PrincipalDep
) -> CommitmentsOfPair:
    """Get the commitments that you share with your coach or coachee."""
    return commitment_cases.read_commitments(services, principal, other_id)


@GOALS.post("/commitments", responses=problem_responses(404, 409, 422))
def add_commitment(
    other_id: str, given: Commitment, services: ServicesDep, principal: PrincipalDep
) -> CommitmentView:
    """Propose a commitment; the coachee then commits to it."""
    return commitment_cases.add_commitment(services, principal, other_id, given)


@GOALS.put("/commitments/{commitment_id}", responses=problem_responses(404, 409, 412, 422))
def change_commitment(
    other_id: str,
    commitment_id: str,
    given: CommitmentInput,
    services: ServicesDep,
    principal: PrincipalDep,
) -> CommitmentView:
    """Change a commitment; the coachee then has to commit to the changed version."""
    return commitment_cases.change_commitment(services, principal, other_id, commitment_id, given)


@GOALS.post("/commitments/{commitment_id}/step", responses=problem_responses(404, 409, 412, 422))
def step_commitment(
    other_id: str,
    commitment_id: str,
    step: CommitmentStep,
    services: ServicesDep,
    principal: PrincipalDep,
) -> CommitmentView:
    """Commit to, start, finish, reopen, drop, hand over or carry over a commitment.

    `finish` requires evidence.
    """
    return commitment_cases.step_commitment(services, principal, other_id, commitment_id, step)


@GOALS.post("/commitments/{commitment_id}/evidence", responses=problem_responses(404, 409, 422))
def add_evidence(
    other_id: str,
    commitment_id: str,
    given: Evidence,
    services: ServicesDep,
    principal: PrincipalDep,
) -> CommitmentView:
    """Add a reference to a document, such as its number; documents are never uploaded."""
    return commitment_cases.add_evidence(services, principal, other_id, commitment_id, given)


@GOALS.put("/commitments/{commitment_id}/sharing", responses=problem_responses(404, 409, 422))
def share_title(
    other_id: str,
    commitment_id: str,
    given: SharingInput,
    services: ServicesDep,
    principal: PrincipalDep,
) -> CommitmentView:
    """Decide whether the programme office sees the title; only the coachee can decide this."""
    return commitment_cases.share_title(services, principal, other_id, commitment_id, given)


@GOALS_OF_CYCLE.get("/{cycle_id}/goals", responses=problem_responses(404))
def count_goals(cycle_id: str, services: ServicesDep) -> CountsOfCycle:
    """Count the goals and commitments of a cycle by area and state."""
    return office.read_counts(services, cycle_id).counts


@GOALS_OF_CYCLE.get("/{cycle_id}/goals/{person_id}", responses=problem_responses(404))
def read_goals_of_coachee(cycle_id: str, person_id: str, services: ServicesDep) -> OfficeCoachee:
    """Get the areas and states of a coachee's goals and commitments, shared titles, and pairs."""
    return office.read_coachee(services, cycle_id, person_id)[1]


ROUTERS = (GOALS, GOALS_OF_CYCLE)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
_COACHEE = Permission(COACHEE, own_only=True, requires_verification=True)
_PAIR = API + "/me/pairs/{other_id}"
PERMISSIONS: Permissions = {
    ("GET", _PAIR + "/goals"): _OWN,
    ("POST", _PAIR + "/goals"): _OWN,
    ("PATCH", _PAIR + "/goals/{goal_id}"): _OWN,
    ("POST", _PAIR + "/goals/{goal_id}/step"): _OWN,
    ("PUT", _PAIR + "/goals/{goal_id}/ratings"): _OWN,
    ("POST", _PAIR + "/share-with-new-coach"): _COACHEE,
    ("GET", _PAIR + "/commitments"): _OWN,
    ("POST", _PAIR + "/commitments"): _OWN,
    ("PUT", _PAIR + "/commitments/{commitment_id}"): _OWN,
    ("POST", _PAIR + "/commitments/{commitment_id}/step"): _OWN,
    ("POST", _PAIR + "/commitments/{commitment_id}/evidence"): _OWN,
    ("PUT", _PAIR + "/commitments/{commitment_id}/sharing"): _COACHEE,
    ("GET", API + "/cycles/{cycle_id}/goals"): Permission(MANAGER, audit_action="goals opened"),
    ("GET", API + "/cycles/{cycle_id}/goals/{person_id}"): Permission(
        MANAGER, audit_action="goals opened"
    ),
}
