"""The programme office's pages about one coachee of a plan: why, what else, and another coach."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.authentication import ServicesDep
from api.organisation import Deployment
from api.participants import service as people
from api.plan_queries import replacement as replacing
from api.plan_queries import service as questions
from api.plan_queries.pages import QuestionLine, latest_of
from api.plan_queries.presenters import (
    ExplanationView,
    ReplacementView,
    view_explanation,
    view_replacements,
)
from api.plan_queries.replacement import Swap
from api.plan_queries.rows import QuestionKind
from api.plan_queries.service import Asking
from api.plans import service as plans
from api.plans.service import PlanView
from api.results.plan_view import (
    MatchView,
    Names,
    UnmatchedView,
    names_of,
    view_match,
    view_unmatched,
)
from api.runs import service as runs
from api.runs.rows import PlanState
from api.web.date_formats import short_moment_text
from api.web.labels import PLAN_STATE
from api.web.rendering import Typed, deployment_of, filled, go_on, page, taken
from coach.cycle import Cycle

PLAN_PERSON = APIRouter(include_in_schema=False)
_PERSON = "/plans/{plan_id}/people/{person_id}"


@PLAN_PERSON.get(_PERSON)
def one_coachee(plan_id: str, person_id: str, request: Request, services: ServicesDep) -> Response:
    """Why this coach, or why nobody; what was asked of it, and another coach."""
    with services.database.reading() as tx:
        found = plans.plan_view(tx, plan_id)
        code = questions.coachee_of_plan(tx, plan_id, person_id)
        asked = questions.questions_about(tx, plan_id, person_id)
        cycle = cycles.cycle_summary(tx, found.summary.cycle_id)
        remaining = questions.remaining_of(tx, plan_id, person_id, services.now())
        pinned = code in cycles.policy_of(cycles.cycle_row(tx, cycle.id)).pins
        now_there, planned = people.roster_of(tx, cycle.id), found.roster
        names = names_of(
            (*now_there.coachees, *now_there.coaches, *planned.coachees, *planned.coaches)
        )
    zone = ZoneInfo(cycle.timezone)
    deployment = deployment_of(request)
    match = _match(found, code, deployment)
    explained = latest_of(asked, QuestionKind.EXPLAIN, zone)
    replaced = latest_of(asked, QuestionKind.REPLACE, zone)
    return page(
        request,
        "plan_queries/coachee.html",
        cycle=cycle,
        plan_id=plan_id,
        state=PLAN_STATE[found.summary.state],
        made=short_moment_text(found.summary.created_at, zone),
        name=names.get(code, code),
        address=addresses.plan_person(plan_id, person_id),
        match=match,
        unmatched=_unmatched(found, code, deployment),
        explained=explained,
        explanation=_explanation(explained, names),
        replaceable=found.summary.state is PlanState.PUBLISHED and match is not None,
        replaced=replaced,
        pinned=pinned,
        replacements=_replacements(replaced, names, found.policy),
        remaining=remaining,
        most=found.policy.sessions.count,
        footnotes=deployment.footnotes([one.country for one in found.roster.coachees]),
    )


@PLAN_PERSON.post(f"{_PERSON}/explain")
def ask_to_explain(plan_id: str, person_id: str, services: ServicesDep) -> Response:
    """Ask for the next best coach and its price, and how every other coach stands."""
    asking = Asking(kind=QuestionKind.EXPLAIN, person_id=person_id)
    with services.database.writing() as tx:
        asked = questions.ask(tx, services.enqueue, plan_id, asking, now=services.now())
    return go_on(addresses.question(asked.id))


@PLAN_PERSON.post(f"{_PERSON}/other-coaches")
def ask_for_others(plan_id: str, person_id: str, said: Typed, services: ServicesDep) -> Response:
    """Ask who could take over without a change for anybody else."""
    about = {"kind": QuestionKind.REPLACE, "person_id": person_id}
    asking = taken(Asking, filled(said) | about)
    with services.database.writing() as tx:
        asked = questions.ask(tx, services.enqueue, plan_id, asking, now=services.now())
    return go_on(addresses.question(asked.id))


@PLAN_PERSON.post(f"{_PERSON}/replace")
def replace_coach(
    plan_id: str, person_id: str, coach: Annotated[str, Form()], services: ServicesDep
) -> Response:
    """Queue a run that gives this coachee that coach, and leaves everybody else as they are."""
    options = runs.default_options(services.settings)
    swap = Swap(plan_id=plan_id, person_id=person_id, coach=coach)
    with services.database.writing() as tx:
        run = replacing.start_replacement(tx, services.enqueue, swap, options, now=services.now())
    return go_on(addresses.run(run.id))


def _match(found: PlanView, code: str, deployment: Deployment) -> MatchView | None:
    match = next((one for one in found.result.matches if one.coachee == code), None)
    if match is None:
        return None
    coachee = next(one for one in found.roster.coachees if one.id == code)
    coach = next(one for one in found.roster.coaches if one.id == match.coach)
    return view_match(match, (coachee, coach), found.cycle, deployment)


def _unmatched(found: PlanView, code: str, deployment: Deployment) -> UnmatchedView | None:
    entry = next((one for one in found.result.unmatched if one.coachee == code), None)
    if entry is None:
        return None
    coachee = next(one for one in found.roster.coachees if one.id == code)
    return view_unmatched(entry, coachee, deployment)


def _explanation(asked: QuestionLine | None, names: Names) -> ExplanationView | None:
    if asked is None or asked.answer is None or asked.answer.explanation is None:
        return None
    return view_explanation(asked.answer.explanation, names)


def _replacements(
    asked: QuestionLine | None, names: Names, cycle: Cycle
) -> tuple[ReplacementView, ...] | None:
    if asked is None or asked.answer is None or asked.answer.replacements is None:
        return None
    return view_replacements(asked.answer.replacements, names, cycle)
