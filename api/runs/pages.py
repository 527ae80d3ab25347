"""The programme office's pages about runs and plans."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field, field_validator

from api.cycles import service as cycles
from api.http import urls as addresses
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.participants import service as people
from api.participants.rows import Side
from api.plan_queries import service as questions
from api.plan_queries.pages import latest_question
from api.plan_queries.presenters import present_advice
from api.plan_queries.rows import QuestionKind
from api.plans import service as plans
from api.plans.comparison_page import other_plans
from api.results.move_view import display_names
from api.results.plan_view import present_plan
from api.results.report import report_html
from api.results.schedule_xlsx import schedule_xlsx
from api.runs import run_input, run_view
from api.runs import service as runs
from api.runs.labels import PHASES, PLAN_STATE, RUN_PURPOSE, RUN_STATE
from api.runs.rows import PlanState
from api.web.date_formats import format_short_datetime
from api.web.rendering import deployment_of, redirect_after_post, render_page
from matching.rematching.comparison import compare_policies

RUN_AND_PLAN_PAGES = APIRouter(include_in_schema=False)
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


class RunForm(BaseModel):
    """The form that starts a run; an unticked box is not sent at all."""

    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)]
    keep: bool = False
    not_before: date | None = None

    @field_validator("not_before", mode="before")
    @classmethod
    def _empty_to_none(cls, value: object) -> object:
        return value or None


@RUN_AND_PLAN_PAGES.post("/cycles/{cycle_id}/runs")
def start_run(cycle_id: str, form: Annotated[RunForm, Form()], services: ServicesDep) -> Response:
    """Queue a run on the cycle as it is now."""
    options = run_input.default_options(services.settings).model_copy(update=form.model_dump())
    with services.database.writing() as tx:
        run = runs.start_run(tx, services.enqueue, cycle_id, options, now=services.now())
    return redirect_after_post(addresses.run(run.id))


@RUN_AND_PLAN_PAGES.get("/runs/{run_id}")
def show_run(run_id: str, request: Request, services: ServicesDep) -> Response:
    """A run while it works, and what came of it."""
    with services.database.reading() as tx:
        run = run_view.run_view(tx, run_id)
        cycle = cycles.cycle_header(tx, run.cycle_id)
        progress_log = run_view.progress_after(tx, run_id, 0)
    latest = run.latest
    return render_page(
        request,
        "runs/run.html",
        run=run,
        cycle=cycle,
        state=RUN_STATE[run.state],
        purpose=RUN_PURPOSE[run.purpose],
        is_final=run.state.is_final,
        started=format_short_datetime(run.requested_at, ZoneInfo(cycle.timezone)),
        phases=[
            (phase.value, words, latest is not None and _reached(phase.value, latest.phase.value))
            for phase, words in PHASES.items()
        ],
        latest=latest,
        progress_log=[event.progress for event in progress_log],
    )


@RUN_AND_PLAN_PAGES.post("/runs/{run_id}/cancel")
def cancel_run(run_id: str, services: ServicesDep) -> Response:
    """Stop a run."""
    with services.database.writing() as tx:
        runs.cancel_run(tx, run_id, now=services.now())
    return redirect_after_post(addresses.run(run_id))


@RUN_AND_PLAN_PAGES.get("/plans/{plan_id}")
def show_plan(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """A plan with its reasons, and the button that publishes it."""
    with services.database.reading() as tx:
        found = plans.plan_view(tx, plan_id)
        cycle = cycles.cycle_header(tx, found.summary.cycle_id)
        listed = plans.list_plans(tx, cycle.id)
        plan_questions = questions.questions_about(tx, plan_id)
        known = people.ids_by_code(tx, cycle.id)
    view = present_plan(found.roster, found.cycle, found.result, deployment_of(request))
    published = next((one.id for one in listed if one.state is PlanState.PUBLISHED), None)
    advised = latest_question(plan_questions, QuestionKind.ADVISE, found.cycle.cycle.zone)
    advice = advised.answer.advice if advised and advised.answer else None
    return render_page(
        request,
        "plans/plan.html",
        plan=view,
        plan_id=plan_id,
        cycle=cycle,
        state=PLAN_STATE[found.summary.state],
        draft=found.summary.state is PlanState.DRAFT,
        what_if=found.summary.state is PlanState.WHAT_IF,
        settings=compare_policies(found.own_policy or found.cycle, found.policy),
        outdated=found.outdated,
        replaces=published is not None,
        made=format_short_datetime(found.summary.created_at, found.cycle.cycle.zone),
        others=other_plans(listed, plan_id, found.cycle.cycle.zone),
        people={
            code: addresses.plan_person(plan_id, person_id)
            for (side, code), person_id in known.items()
            if side is Side.COACHEE
        },
        advised=advised,
        advice=None
        if advice is None
        else present_advice(advice, display_names((*found.roster.coachees, *found.roster.coaches))),
        compare_first=published,
        footnotes=view.footnotes,
    )


@RUN_AND_PLAN_PAGES.get("/plans/{plan_id}/report.html")
def report(plan_id: str, services: ServicesDep) -> Response:
    """The plan as one file that needs no server, to keep or to hand on."""
    deployment = services.settings.deployment
    with services.database.reading() as tx:
        found = plans.plan_view(tx, plan_id)
    view = present_plan(found.roster, found.cycle, found.result, deployment)
    content = report_html(view, found.cycle, found.result, deployment, services.now())
    return _download(content, "text/html; charset=utf-8", "report.html")


@RUN_AND_PLAN_PAGES.get("/plans/{plan_id}/schedule.xlsx")
def schedule(plan_id: str, services: ServicesDep) -> Response:
    """The plan as a workbook."""
    with services.database.reading() as tx:
        found = plans.plan_view(tx, plan_id)
    view = present_plan(found.roster, found.cycle, found.result, services.settings.deployment)
    content = schedule_xlsx(view, found.result, services.now())
    return _download(content, _XLSX, "schedule.xlsx")


def _download(content: bytes, media_type: str, name: str) -> Response:
    """A file to save: shown in place, its own styles would be blocked."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media_type, headers=headers)


def _reached(phase: str, now: str) -> bool:
    order = [each.value for each in PHASES]
    return order.index(phase) <= order.index(now)


ROUTERS = (RUN_AND_PLAN_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/cycles/{cycle_id}/runs"): Permission(MANAGER),
    ("GET", "/runs/{run_id}"): Permission(MANAGER),
    ("POST", "/runs/{run_id}/cancel"): Permission(MANAGER),
    ("GET", "/plans/{plan_id}"): Permission(MANAGER, audit_action="plan opened"),
    ("GET", "/plans/{plan_id}/report.html"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="plan exported"
    ),
    ("GET", "/plans/{plan_id}/schedule.xlsx"): Permission(
        MANAGER, requires_recent_authentication=True, audit_action="plan exported"
    ),
}
