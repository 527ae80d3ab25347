"""Pages for requesting advice, and for following and cancelling plan queries."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.plan_queries import service as plan_queries
from api.plan_queries.labels import QUESTION_KIND
from api.plan_queries.presenters import question_line
from api.plan_queries.questions import QuestionRequest, QuestionView
from api.plan_queries.rows import QuestionKind
from api.web.rendering import redirect_after_post, render_page

QUESTION_PAGES = APIRouter(include_in_schema=False)
_ANCHORS = {
    QuestionKind.EXPLAIN: "explained",
    QuestionKind.REPLACE: "other-coaches",
    QuestionKind.ADVISE: "advice",
}


@QUESTION_PAGES.post("/plans/{plan_id}/advice")
def request_advice(plan_id: str, services: ServicesDep) -> Response:
    """Request up to three policy changes that would place more people."""
    question_request = QuestionRequest(kind=QuestionKind.ADVISE)
    question = plan_queries.submit_question(services, plan_id, question_request)
    return redirect_after_post(urls.question(question.id))


@QUESTION_PAGES.get("/questions/{question_id}")
def show_question(question_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the state of a query. Once it has ended, redirect to the page with its answer."""
    found = plan_queries.read_question_of_cycle(services, question_id)
    question, cycle = found.question, found.cycle
    if question.state.is_final:
        return redirect_after_post(f"{_answer_page(question)}#{_ANCHORS[question.kind]}")
    return render_page(
        request,
        "plan_queries/question.html",
        cycle=cycle,
        title=QUESTION_KIND[question.kind],
        answer_page=_answer_page(question),
        line=question_line(question, ZoneInfo(cycle.timezone)),
        cancelling=question.cancelling,
        latest=question.latest,
    )


@QUESTION_PAGES.post("/questions/{question_id}/cancel")
def cancel_question(question_id: str, services: ServicesDep) -> Response:
    """Cancel a query."""
    plan_queries.cancel_question(services, question_id)
    return redirect_after_post(urls.question(question_id))


def _answer_page(question: QuestionView) -> str:
    if question.person_id is None:
        return urls.plan(question.plan_id)
    return urls.plan_person(question.plan_id, question.person_id)


ROUTERS = (QUESTION_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/plans/{plan_id}/advice"): Permission(MANAGER, scope=TokenScope.RUN),
    ("GET", "/questions/{question_id}"): Permission(MANAGER),
    ("POST", "/questions/{question_id}/cancel"): Permission(MANAGER, scope=TokenScope.RUN),
}
