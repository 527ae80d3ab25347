"""The programme office's pages about one coachee of a plan: why, what else, and another coach."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response

from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.organisation import Organisation
from api.participants import service as people
from api.plan_queries import replacement as replacing
from api.plan_queries import service as questions
from api.plan_queries.pages import QuestionLine, latest_question
from api.plan_queries.presenters import (
    ExplanationViewModel,
    ReplacementViewModel,
    present_explanation,
    present_replacements,
)
from api.plan_queries.replacement import ReplacementRequest
from api.plan_queries.rows import QuestionKind
from api.plan_queries.service import QuestionRequest
from api.plans import service as plans
from api.plans.service import PlanDetails
from api.results.match_view import (
    MatchViewModel,
    UnmatchedViewModel,
    present_match,
    present_unmatched,
)
from api.results.move_view import DisplayNames, display_names
from api.runs import run_input
from api.runs.labels import PLAN_STATE
from api.runs.rows import PlanState
from api.web.date_formats import format_short_datetime
from api.web.rendering import (
    FormFields,
    deployment_of,
    non_empty_fields,
    parse_form,
    redirect_after_post,
    render_page,
)
from coach.cycle import Cycle

COACHEE_PAGES = APIRouter(include_in_schema=False)
_PERSON = "/plans/{plan_id}/people/{person_id}"


@COACHEE_PAGES.get(_PERSON)
def show_coachee(plan_id: str, person_id: str, request: Request, services: ServicesDep) -> Response:
    """Why this coach, or why nobody; what was asked of it, and another coach."""
    with services.database.reading() as tx:
        found = plans.plan_view(tx, plan_id)
        code = questions.coachee_code_in_plan(tx, plan_id, person_id)
        requested = questions.questions_about(tx, plan_id, person_id)
        cycle = cycles.cycle_header(tx, found.summary.cycle_id)
        remaining = questions.remaining_sessions_of(tx, plan_id, person_id, services.now())
        pinned = code in cycles.policy_of(cycles.cycle_row(tx, cycle.id)).pins
        current_roster, planned_roster = people.roster_of(tx, cycle.id), found.roster
        names = display_names(
            (
                *current_roster.coachees,
                *current_roster.coaches,
                *planned_roster.coachees,
                *planned_roster.coaches,
            )
        )
    zone = ZoneInfo(cycle.timezone)
    deployment = deployment_of(request)
    match = _match(found, code, deployment)
    explained = latest_question(requested, QuestionKind.EXPLAIN, zone)
    replaced = latest_question(requested, QuestionKind.REPLACE, zone)
    return render_page(
        request,
        "plan_queries/coachee.html",
        cycle=cycle,
        plan_id=plan_id,
        state=PLAN_STATE[found.summary.state],
        made=format_short_datetime(found.summary.created_at, zone),
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


@COACHEE_PAGES.post(f"{_PERSON}/explain")
def request_explanation(plan_id: str, person_id: str, services: ServicesDep) -> Response:
    """Ask for the next best coach and its price, and how every other coach stands."""
    question_request = QuestionRequest(kind=QuestionKind.EXPLAIN, person_id=person_id)
    with services.database.writing() as tx:
        requested = questions.submit_question(
            tx, services.enqueue, plan_id, question_request, now=services.now()
        )
    return redirect_after_post(addresses.question(requested.id))


@COACHEE_PAGES.post(f"{_PERSON}/other-coaches")
def request_replacements(
    plan_id: str, person_id: str, form_fields: FormFields, services: ServicesDep
) -> Response:
    """Ask who could take over without a change for anybody else."""
    question_fields = {"kind": QuestionKind.REPLACE, "person_id": person_id}
    question_request = parse_form(QuestionRequest, non_empty_fields(form_fields) | question_fields)
    with services.database.writing() as tx:
        requested = questions.submit_question(
            tx, services.enqueue, plan_id, question_request, now=services.now()
        )
    return redirect_after_post(addresses.question(requested.id))


@COACHEE_PAGES.post(f"{_PERSON}/replace")
def replace_coach(
    plan_id: str, person_id: str, coach: Annotated[str, Form()], services: ServicesDep
) -> Response:
    """Queue a run that gives this coachee that coach, and leaves everybody else as they are."""
    options = run_input.default_options(services.settings)
    replacement_request = ReplacementRequest(plan_id=plan_id, person_id=person_id, coach=coach)
    with services.database.writing() as tx:
        run = replacing.start_replacement(
            tx, services.enqueue, replacement_request, options, now=services.now()
        )
    return redirect_after_post(addresses.run(run.id))


def _match(found: PlanDetails, code: str, deployment: Organisation) -> MatchViewModel | None:
    match = next((one for one in found.result.matches if one.coachee == code), None)
    if match is None:
        return None
    coachee = next(one for one in found.roster.coachees if one.id == code)
    coach = next(one for one in found.roster.coaches if one.id == match.coach)
    return present_match(match, (coachee, coach), found.cycle, deployment)


def _unmatched(
    found: PlanDetails, code: str, deployment: Organisation
) -> UnmatchedViewModel | None:
    entry = next((one for one in found.result.unmatched if one.coachee == code), None)
    if entry is None:
        return None
    coachee = next(one for one in found.roster.coachees if one.id == code)
    return present_unmatched(entry, coachee, deployment)


def _explanation(
    requested: QuestionLine | None, names: DisplayNames
) -> ExplanationViewModel | None:
    if requested is None or requested.answer is None or requested.answer.explanation is None:
        return None
    return present_explanation(requested.answer.explanation, names)


def _replacements(
    requested: QuestionLine | None, names: DisplayNames, cycle: Cycle
) -> tuple[ReplacementViewModel, ...] | None:
    if requested is None or requested.answer is None or requested.answer.replacements is None:
        return None
    return present_replacements(requested.answer.replacements, names, cycle)


ROUTERS = (COACHEE_PAGES,)
PERMISSIONS: Permissions = {
    ("GET", "/plans/{plan_id}/people/{person_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("POST", "/plans/{plan_id}/people/{person_id}/explain"): Permission(MANAGER),
    ("POST", "/plans/{plan_id}/people/{person_id}/other-coaches"): Permission(MANAGER),
    ("POST", "/plans/{plan_id}/people/{person_id}/replace"): Permission(MANAGER),
}
