"""Pages for starting, following and cancelling a run."""

from __future__ import annotations

from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form, Request, Response
from pydantic import BaseModel, Field, field_validator

from api.background.rows import TaskState
from api.http import urls
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.runs import facts
from api.runs import service as runs
from api.runs.labels import PHASES, RUN_PURPOSE, RUN_STATE
from api.runs.run_input import default_options
from api.runs.run_view import RunView
from api.runs.search_chart import level_charts
from api.web.date_formats import format_short_datetime
from api.web.rendering import redirect_after_post, render_page
from coach.texts.facts import Displayed

RUN_PAGES = APIRouter(include_in_schema=False)


class RunForm(BaseModel):
    """The form that starts a run. Browsers omit unchecked checkboxes, so `keep` is optional."""

    time_limit_seconds: Annotated[float, Field(gt=0, le=86_400)]
    keep: bool = False
    not_before: date | None = None

    @field_validator("not_before", mode="before")
    @classmethod
    def _empty_to_none(cls, value: object) -> object:
        return value or None


@RUN_PAGES.post("/cycles/{cycle_id}/runs")
def start_run(cycle_id: str, form: Annotated[RunForm, Form()], services: ServicesDep) -> Response:
    """Queue a run with the cycle's current lists and policy."""
    options = default_options(services.settings).model_copy(update=form.model_dump())
    run = runs.start_run(services, cycle_id, options)
    return redirect_after_post(urls.run(run.id))


@RUN_PAGES.get("/runs/{run_id}")
def show_run(run_id: str, request: Request, services: ServicesDep) -> Response:
    """Show the state and progress of a run."""
    found = runs.read_run_of_cycle(services, run_id)
    run, cycle = found.run, found.cycle
    zone = ZoneInfo(cycle.timezone)
    reports = [event.progress for event in found.events]
    return render_page(
        request,
        "runs/run.html",
        run=run,
        cycle=cycle,
        state=RUN_STATE[run.state],
        purpose=RUN_PURPOSE[run.purpose],
        is_final=run.state.is_final,
        outdated=found.outdated,
        last_sound=_last_sound(run, zone),
        started=format_short_datetime(run.requested_at, zone),
        phases=_phases(run),
        doing=_doing(run),
        elapsed=run.latest.elapsed_seconds if run.latest else 0.0,
        limit=run.options.time_limit_seconds,
        charts=level_charts(reports),
        progress_log=reports,
    )


@RUN_PAGES.post("/runs/{run_id}/cancel")
def cancel_run(run_id: str, services: ServicesDep) -> Response:
    """Cancel a run."""
    runs.cancel_run(services, run_id)
    return redirect_after_post(urls.run(run_id))


def _last_sound(run: RunView, zone: ZoneInfo) -> Displayed:
    """Return when the latest sound plan was made, or an empty text if there is no such plan."""
    made_at = run.unsound_plan and run.unsound_plan.last_sound_plan_at
    return format_short_datetime(made_at, zone) if made_at else ""


def _phases(run: RunView) -> list[tuple[Displayed, str]]:
    """Return the phases, each with its status in the run: `past`, `now` or `next`."""
    order = list(PHASES)
    if run.latest is None:
        return [(words, "next") for words in PHASES.values()]
    reached = order.index(run.latest.phase)
    places = [_place(number, reached) for number in range(len(order))]
    if run.state is TaskState.FINISHED:
        places = ["past"] * len(order)
    return list(zip(PHASES.values(), places, strict=True))


def _place(number: int, reached: int) -> str:
    if number == reached:
        return "now"
    return "past" if number < reached else "next"


def _doing(run: RunView) -> Displayed:
    """Return the current activity of the run, or its last activity."""
    if run.latest is not None:
        return run.latest.message
    return facts.LOADING() if run.state is TaskState.RUNNING else RUN_STATE[run.state].words


ROUTERS = (RUN_PAGES,)
PERMISSIONS: Permissions = {
    ("POST", "/cycles/{cycle_id}/runs"): Permission(MANAGER, scope=TokenScope.RUN),
    ("GET", "/runs/{run_id}"): Permission(MANAGER),
    ("POST", "/runs/{run_id}/cancel"): Permission(MANAGER, scope=TokenScope.RUN),
}
