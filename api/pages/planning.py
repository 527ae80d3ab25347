"""The programme office's pages about runs and plans."""

from __future__ import annotations

from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field

from api.http import addresses
from api.http.asking import ServicesDep
from api.moments import short_moment_text
from api.pages.frame import deployment_of, go_on, page
from api.pages.words import PHASES, PLAN_STATE, RUN_STATE
from api.results.plan_view import LEVEL_WORDS, view_plan
from api.store.run_rows import PlanState, RunState
from api.workflows import cycles, plans, runs

PLANNING = APIRouter(include_in_schema=False)


class RunForm(BaseModel):
    """The form that starts a run; an unticked box is not sent at all."""

    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)]
    keep: bool = False


@PLANNING.post("/cycles/{cycle_id}/runs")
def start_run(cycle_id: str, form: Annotated[RunForm, Form()], services: ServicesDep) -> Response:
    """Queue a run on the cycle as it is now."""
    options = runs.default_options(services.settings).model_copy(update=form.model_dump())
    with services.database.writing() as tx:
        run = runs.start_run(tx, services.enqueue_run, cycle_id, options, now=services.now())
    return go_on(addresses.run(run.id))


@PLANNING.get("/runs/{run_id}")
def one_run(run_id: str, request: Request, services: ServicesDep) -> Response:
    """A run while it works, and what came of it."""
    with services.database.reading() as tx:
        run = runs.run_view(tx, run_id)
        cycle = cycles.cycle_summary(tx, run.cycle_id)
        told = runs.progress_after(tx, run_id, 0)
    latest = run.latest
    return page(
        request,
        "office/run.html",
        run=run,
        cycle=cycle,
        state=RUN_STATE[run.state],
        final=run.state.final,
        running=run.state is RunState.RUNNING,
        started=short_moment_text(run.requested_at, ZoneInfo(cycle.timezone)),
        phases=[
            (phase.value, words, latest is not None and _reached(phase.value, latest.phase.value))
            for phase, words in PHASES.items()
        ],
        latest=latest,
        level=LEVEL_WORDS[latest.level] if latest and latest.level else "",
        told=[event.progress for event in told],
    )


@PLANNING.post("/runs/{run_id}/cancel")
def cancel_run(run_id: str, services: ServicesDep) -> Response:
    """Stop a run."""
    with services.database.writing() as tx:
        runs.cancel_run(tx, run_id, now=services.now())
    return go_on(addresses.run(run_id))


@PLANNING.get("/plans/{plan_id}")
def one_plan(plan_id: str, request: Request, services: ServicesDep) -> Response:
    """A plan with its reasons, and the button that publishes it."""
    with services.database.reading() as tx:
        found = plans.plan_view(tx, plan_id)
        cycle = cycles.cycle_summary(tx, found.summary.cycle_id)
    view = view_plan(found.roster, found.cycle, found.result, deployment_of(request))
    return page(
        request,
        "office/plan.html",
        plan=view,
        plan_id=plan_id,
        cycle=cycle,
        state=PLAN_STATE[found.summary.state],
        draft=found.summary.state is PlanState.DRAFT,
        replaces=cycle.published_plan_id is not None,
        made=short_moment_text(found.summary.created_at, found.cycle.cycle.zone),
        footnotes=view.footnotes,
    )


@PLANNING.post("/plans/{plan_id}/publish")
def publish_plan(plan_id: str, services: ServicesDep) -> Response:
    """Make the draft the plan of its cycle, and write to everybody whose sessions change."""
    with services.database.writing() as tx:
        published = plans.publish(
            tx,
            services.keyring,
            plan_id,
            now=services.now(),
            link_grace=services.settings.link_grace,
        )
    return go_on(f"{addresses.cycle(published.plan.cycle_id)}/sessions")


def _reached(phase: str, now: str) -> bool:
    order = [each.value for each in PHASES]
    return order.index(phase) <= order.index(now)
