"""Questions about a plan that are answered by solving again, and what follows from an answer."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.plan_queries import replacement as replacing
from api.plan_queries import service as questions
from api.plan_queries.replacement import ReplacementRequest
from api.plan_queries.service import QuestionRequest, QuestionView
from api.runs import run_input
from api.runs.run_view import RunView
from api.values import FrozenModel, Identifier

QUESTIONS = APIRouter(prefix=API, tags=["questions"])


class NewCoach(FrozenModel):
    """The coach to give, by their id in the coaches' file, as answers name them."""

    coach: Annotated[str, Field(min_length=1, max_length=200)]


@QUESTIONS.post(
    "/plans/{plan_id}/questions",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def ask_question(
    plan_id: str, question_request: QuestionRequest, services: ServicesDep, response: Response
) -> QuestionView:
    """Ask why and what else; the engine solves again, and the answer is kept with the plan.

    `explain` tells of one coachee the next best coach and what that would cost everybody, and how
    every other coach stands to them; `replace` tells who could take over without a change for
    anybody else, and at what price; `advise` tells the three changes of the policy that would
    place most people. What is asked already is not asked twice. Look at `Location` for the answer.
    """
    with services.database.writing() as tx:
        view = questions.submit_question(
            tx, services.enqueue, plan_id, question_request, now=services.now()
        )
    response.headers["Location"] = f"{API}/questions/{view.id}"
    return view


@QUESTIONS.get("/plans/{plan_id}/questions", responses=problem_responses(404, 422))
def list_questions(
    plan_id: str,
    services: ServicesDep,
    person_id: Annotated[
        Identifier | None,
        Query(description="The coachee they are about; else the plan as a whole."),
    ] = None,
) -> tuple[QuestionView, ...]:
    """The questions about one coachee of a plan, or about all of it, with their answers."""
    with services.database.reading() as tx:
        return questions.questions_about(tx, plan_id, person_id)


@QUESTIONS.get("/questions/{question_id}", responses=problem_responses(404))
def read_question(question_id: str, services: ServicesDep) -> QuestionView:
    """Where a question is, and its answer once it is `finished`."""
    with services.database.reading() as tx:
        return questions.question_view(tx, question_id)


@QUESTIONS.post("/questions/{question_id}/cancel", responses=problem_responses(404, 409))
def cancel_question(question_id: str, services: ServicesDep) -> QuestionView:
    """Stop answering; it ends within about two seconds."""
    with services.database.writing() as tx:
        return questions.cancel_question(tx, question_id, now=services.now())


@QUESTIONS.post(
    "/plans/{plan_id}/people/{person_id}/replace",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def replace_coach(
    plan_id: str, person_id: str, new: NewCoach, services: ServicesDep, response: Response
) -> RunView:
    """Queue a run that gives one coachee of the published plan another coach.

    Every other pair is pinned as it is. What comes of it is a draft plan, to be published.
    """
    options = run_input.default_options(services.settings)
    replacement_request = ReplacementRequest(plan_id=plan_id, person_id=person_id, coach=new.coach)
    with services.database.writing() as tx:
        run = replacing.start_replacement(
            tx, services.enqueue, replacement_request, options, now=services.now()
        )
    response.headers["Location"] = f"{API}/runs/{run.id}"
    return run


ROUTERS = (QUESTIONS,)
PERMISSIONS: Permissions = {
    ("POST", API + "/plans/{plan_id}/questions"): Permission(MANAGER),
    ("GET", API + "/plans/{plan_id}/questions"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", API + "/questions/{question_id}"): Permission(MANAGER, audit_action="answer opened"),
    ("POST", API + "/questions/{question_id}/cancel"): Permission(MANAGER),
    ("POST", API + "/plans/{plan_id}/people/{person_id}/replace"): Permission(MANAGER),
}
