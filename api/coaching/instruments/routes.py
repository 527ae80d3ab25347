"""JSON routes for questions and answers, and for a cycle's figures."""

from __future__ import annotations

from fastapi import APIRouter

from api.coaching.instruments import office, service
from api.coaching.instruments.office import CycleAnswers
from api.coaching.instruments.service import AnswersInput, OwnQuestions, QuestionsView
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import MANAGER, PERSON, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.input_files.instruments import instruments_of
from coach.instruments import Instrument
from coach.occasions import Occasion

QUESTIONS = APIRouter(prefix=f"{API}/me", tags=["coaching"])
ANSWERS = APIRouter(prefix=API, tags=["coaching"])


@QUESTIONS.get("/questions")
def list_own_questions(services: ServicesDep, principal: PrincipalDep) -> OwnQuestions:
    """List the questions that you can answer now, and the questions in feedback on a session."""
    return service.own_questions(services, principal)


@QUESTIONS.get("/pairs/{other_id}/questions/{occasion}", responses=problem_responses(404))
def read_own_questions(
    other_id: str, occasion: Occasion, services: ServicesDep, principal: PrincipalDep
) -> QuestionsView:
    """Get the questions that you are asked on an occasion, and your answers."""
    return service.read_questions(services, principal, other_id, occasion)


@QUESTIONS.put("/pairs/{other_id}/questions/{occasion}", responses=problem_responses(404, 409, 422))
def answer_own_questions(
    other_id: str,
    occasion: Occasion,
    given: AnswersInput,
    services: ServicesDep,
    principal: PrincipalDep,
) -> QuestionsView:
    """Answer the questions for an occasion. You can answer once, and only you can read the answers.

    `seen` is the `sha256` of the questions that you have read. Omit the questions that you do not
    want to answer. The office sees only figures for at least five people.
    """
    return service.answer_questions(services, principal, other_id, occasion, given)


@ANSWERS.get("/cycles/{cycle_id}/answers", responses=problem_responses(404))
def read_answers_of_cycle(cycle_id: str, services: ServicesDep) -> CycleAnswers:
    """Get a cycle's questions, the numbers of answers, and summary figures.

    A figure is `null` if fewer than five people answered, or if all answers are equal.
    """
    return office.read_answers(services, cycle_id)


@ANSWERS.get("/instruments")
def list_instruments(services: ServicesDep) -> tuple[Instrument, ...]:
    """List the instruments of the deployment, with their licences and sources."""
    return tuple({one.code: one for one in instruments_of(services.settings).values()}.values())


ROUTERS = (QUESTIONS, ANSWERS)
_OWN = Permission(PERSON, own_only=True, requires_verification=True)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/questions"): _OWN,
    ("GET", API + "/me/pairs/{other_id}/questions/{occasion}"): _OWN,
    ("PUT", API + "/me/pairs/{other_id}/questions/{occasion}"): _OWN,
    ("GET", API + "/cycles/{cycle_id}/answers"): Permission(MANAGER, audit_action="answers opened"),
    ("GET", API + "/instruments"): Permission(MANAGER),
}
