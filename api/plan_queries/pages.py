"""Questions about a plan on the pages: asking, waiting, and going to where the answer stands."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.authentication import ServicesDep
from api.plan_queries import service as questions
from api.plan_queries.rows import QuestionKind
from api.plan_queries.service import Answer, Asking, QuestionView
from api.plans import service as plans
from api.runs.rows import RunState
from api.runs.service import RunFailure
from api.web.date_formats import short_moment_text
from api.web.labels import QUESTION_KIND, QUESTION_STATE, Badge
from api.web.rendering import go_on, page

QUESTION_PAGES = APIRouter(include_in_schema=False)
_PLACE = {
    QuestionKind.EXPLAIN: "explained",
    QuestionKind.REPLACE: "other-coaches",
    QuestionKind.ADVISE: "advice",
}


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question as a page shows it; `open` while it is being answered."""

    id: str
    state: Badge
    open: bool
    asked: str
    failure: RunFailure | None
    answer: Answer | None


@QUESTION_PAGES.post("/plans/{plan_id}/advice")
def ask_for_advice(plan_id: str, services: ServicesDep) -> Response:
    """Ask for the three changes of the policy that would place most people."""
    asking = Asking(kind=QuestionKind.ADVISE)
    with services.database.writing() as tx:
        asked = questions.ask(tx, services.enqueue, plan_id, asking, now=services.now())
    return go_on(addresses.question(asked.id))


@QUESTION_PAGES.get("/questions/{question_id}")
def one_question(question_id: str, request: Request, services: ServicesDep) -> Response:
    """A question while it is answered; once it is over, the page where its answer stands."""
    with services.database.reading() as tx:
        asked = questions.question_view(tx, question_id)
        plan = plans.plan_summary(tx, asked.plan_id)
        cycle = cycles.cycle_summary(tx, plan.cycle_id)
    place = addresses.plan(plan.id)
    if asked.person_id is not None:
        place = addresses.plan_person(plan.id, asked.person_id)
    if asked.state.final:
        return go_on(f"{place}#{_PLACE[asked.kind]}")
    return page(
        request,
        "plan_queries/question.html",
        cycle=cycle,
        title=QUESTION_KIND[asked.kind],
        place=place,
        line=question_line(asked, ZoneInfo(cycle.timezone)),
        cancelling=asked.cancelling,
        latest=asked.latest,
    )


@QUESTION_PAGES.post("/questions/{question_id}/cancel")
def cancel_question(question_id: str, services: ServicesDep) -> Response:
    """Stop answering."""
    with services.database.writing() as tx:
        questions.cancel_question(tx, question_id, now=services.now())
    return go_on(addresses.question(question_id))


def question_line(asked: QuestionView, zone: ZoneInfo) -> QuestionLine:
    """A question for a page, its time in `zone`."""
    return QuestionLine(
        id=asked.id,
        state=QUESTION_STATE[asked.state],
        open=not asked.state.final,
        asked=short_moment_text(asked.requested_at, zone),
        failure=asked.failure if asked.state is RunState.FAILED else None,
        answer=asked.answer,
    )


def latest_of(
    asked: tuple[QuestionView, ...], kind: QuestionKind, zone: ZoneInfo
) -> QuestionLine | None:
    """The youngest question of a kind, as a page shows it."""
    found = next((one for one in asked if one.kind is kind), None)
    return None if found is None else question_line(found, zone)
