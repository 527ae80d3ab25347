"""JSON routes for plan queries and for replacing a coach."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.http.dependencies import ServicesDep, TextsDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.plan_queries import service as plan_queries
from api.plan_queries.question_json import QuestionJson, question_json
from api.plan_queries.questions import QuestionRequest
from api.plan_queries.replacement import ReplacementRequest
from api.runs.run_view import RunView
from api.values import FrozenModel, Identifier

QUESTIONS = APIRouter(prefix=API, tags=["questions"])


class NewCoach(FrozenModel):
    """The new coach's id in the coaches' file, as returned in answers."""

    coach: Annotated[str, Field(min_length=1, max_length=200)]


@QUESTIONS.post(
    "/plans/{plan_id}/questions",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def ask_question(
    plan_id: str,
    question_request: QuestionRequest,
    services: ServicesDep,
    texts: TextsDep,
    response: Response,
) -> QuestionJson:
    """Ask a question about a plan. The answer is stored with the plan; poll `Location` for it.

    `explain` returns the next best coach for one coachee, the price of choosing them, and all other
    coaches. `replace` returns the coaches who could take over without any change for anyone else,
    and the price of each. `advise` returns up to three policy changes that would place more
    people. If an equivalent question is still valid, it is returned instead of a new one.
    """
    question = plan_queries.submit_question(services, plan_id, question_request)
    response.headers["Location"] = f"{API}/questions/{question.id}"
    return question_json(question, texts)


@QUESTIONS.get("/plans/{plan_id}/questions", responses=problem_responses(404, 422))
def list_questions(
    plan_id: str,
    services: ServicesDep,
    texts: TextsDep,
    person_id: Annotated[
        Identifier | None,
        Query(description="The coachee. Defaults to questions about the plan as a whole."),
    ] = None,
) -> tuple[QuestionJson, ...]:
    """List the questions about a plan as a whole, or about one of its coachees, with answers."""
    listed = plan_queries.list_questions(services, plan_id, person_id)
    return tuple(question_json(question, texts) for question in listed)


@QUESTIONS.get("/questions/{question_id}", responses=problem_responses(404))
def read_question(question_id: str, services: ServicesDep, texts: TextsDep) -> QuestionJson:
    """Get the state of a question and, once it is `finished`, its answer."""
    return question_json(plan_queries.read_question(services, question_id), texts)


@QUESTIONS.post("/questions/{question_id}/cancel", responses=problem_responses(404, 409))
def cancel_question(question_id: str, services: ServicesDep, texts: TextsDep) -> QuestionJson:
    """Cancel a question. It stops within about two seconds."""
    return question_json(plan_queries.cancel_question(services, question_id), texts)


@QUESTIONS.post(
    "/plans/{plan_id}/people/{person_id}/replace",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def replace_coach(
    plan_id: str,
    person_id: str,
    new: NewCoach,
    *,
    services: ServicesDep,
    texts: TextsDep,
    response: Response,
) -> RunView:
    """Queue a run that replaces the coach of one coachee in the published plan.

    Every other pair is pinned. The run creates a draft plan, which can then be published.
    """
    replacement_request = ReplacementRequest(plan_id=plan_id, person_id=person_id, coach=new.coach)
    run = plan_queries.start_replacement(services, replacement_request)
    response.headers["Location"] = f"{API}/runs/{run.id}"
    return run.rendered(texts)


ROUTERS = (QUESTIONS,)
PERMISSIONS: Permissions = {
    ("POST", API + "/plans/{plan_id}/questions"): Permission(MANAGER, scope=TokenScope.RUN),
    ("GET", API + "/plans/{plan_id}/questions"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", API + "/questions/{question_id}"): Permission(MANAGER, audit_action="answer opened"),
    ("POST", API + "/questions/{question_id}/cancel"): Permission(MANAGER, scope=TokenScope.RUN),
    ("POST", API + "/plans/{plan_id}/people/{person_id}/replace"): Permission(
        MANAGER, scope=TokenScope.RUN
    ),
}
