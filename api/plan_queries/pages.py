"""Questions about a plan on the pages: asking, waiting, and going to where the answer stands."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.background.rows import TaskFailure, TaskState
from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.plan_queries import service as questions
from api.plan_queries.labels import QUESTION_KIND, QUESTION_STATE
from api.plan_queries.rows import QuestionKind
from api.plan_queries.service import QuestionAnswer, QuestionRequest, QuestionView
from api.plans import service as plans
from api.web.date_formats import format_short_datetime
from api.web.labels import Badge
from api.web.rendering import redirect_after_post, render_page

QUESTION_PAGES = APIRouter(include_in_schema=False)
_ANCHORS = {
    QuestionKind.EXPLAIN: "explained",
    QuestionKind.REPLACE: "other-coaches",
    QuestionKind.ADVISE: "advice",
}


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as a page shows it; `in_progress` while it is being answered."""

    id: str
    state: Badge
    in_progress: bool
    requested: str
    failure: TaskFailure | None
    answer: QuestionAnswer | None


@QUESTION_PAGES.post("/plans/{plan_id}/advice")
def request_advice(plan_id: str, services: ServicesDep) -> Response:
    """Ask for the three changes of the policy that would place most people."""
    question_request = QuestionRequest(kind=QuestionKind.ADVISE)
    with services.database.writing() as tx:
        requested = questions.submit_question(
            tx, services.enqueue, plan_id, question_request, now=services.now()
        )
    return redirect_after_post(addresses.question(requested.id))


@QUESTION_PAGES.get("/questions/{question_id}")
def show_question(question_id: str, request: Request, services: ServicesDep) -> Response:
    """A question while it is answered; once it is over, the page where its answer stands."""
    with services.database.reading() as tx:
        requested = questions.question_view(tx, question_id)
        plan = plans.plan_summary(tx, requested.plan_id)
        cycle = cycles.cycle_header(tx, plan.cycle_id)
    answer_page = addresses.plan(plan.id)
    if requested.person_id is not None:
        answer_page = addresses.plan_person(plan.id, requested.person_id)
    if requested.state.is_final:
        return redirect_after_post(f"{answer_page}#{_ANCHORS[requested.kind]}")
    return render_page(
        request,
        "plan_queries/question.html",
        cycle=cycle,
        title=QUESTION_KIND[requested.kind],
        answer_page=answer_page,
        line=question_line(requested, ZoneInfo(cycle.timezone)),
        cancelling=requested.cancelling,
        latest=requested.latest,
    )


@QUESTION_PAGES.post("/questions/{question_id}/cancel")
def cancel_question(question_id: str, services: ServicesDep) -> Response:
    """Stop answering."""
    with services.database.writing() as tx:
        questions.cancel_question(tx, question_id, now=services.now())
    return redirect_after_post(addresses.question(question_id))


def question_line(requested: QuestionView, zone: ZoneInfo) -> QuestionLine:
    """A question for a page, its time in `zone`."""
    return QuestionLine(
        id=requested.id,
        state=QUESTION_STATE[requested.state],
        in_progress=not requested.state.is_final,
        requested=format_short_datetime(requested.requested_at, zone),
        failure=requested.failure if requested.state is TaskState.FAILED else None,
        answer=requested.answer,
    )


def latest_question(
    requested: tuple[QuestionView, ...], kind: QuestionKind, zone: ZoneInfo
) -> QuestionLine | None:
    """The youngest question of a kind, as a page shows it."""
    found = next((one for one in requested if one.kind is kind), None)
    return None if found is None else question_line(found, zone)


ROUTERS = (QUESTION_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/plans/{plan_id}/advice"): Permission(MANAGER),
    ("GET", "/questions/{question_id}"): Permission(MANAGER),
    ("POST", "/questions/{question_id}/cancel"): Permission(MANAGER),
}
