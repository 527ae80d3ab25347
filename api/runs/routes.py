"""Runs of the engine: asking for one, following it, stopping it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.cycles.routes import CycleFileBody
from api.http.dependencies import ServicesDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.input_files.policy_file import CYCLE_FILE
from api.input_files.source import NamedFile
from api.runs import run_input, run_view, what_if
from api.runs import service as runs
from api.runs.run_input import RunOptions
from api.runs.run_view import ProgressEvent, RunView
from api.services import Services
from matching.records.run_record import RunRecord

RUNS = APIRouter(prefix=API, tags=["runs"])
_POLL_SECONDS = 0.4


@RUNS.post(
    "/cycles/{cycle_id}/runs",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 422),
)
def start_run(
    cycle_id: str,
    services: ServicesDep,
    response: Response,
    options: Annotated[RunOptions | None, Body()] = None,
) -> RunView:
    """Queue a run on the cycle as it is now; follow it at `Location`."""
    chosen = options or run_input.default_options(services.settings)
    with services.database.writing() as tx:
        run = runs.start_run(tx, services.enqueue, cycle_id, chosen, now=services.now())
    response.headers["Location"] = f"{API}/runs/{run.id}"
    return run


@RUNS.post(
    "/cycles/{cycle_id}/what-if",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 413, 422),
)
def start_what_if(
    cycle_id: str,
    body: CycleFileBody,
    services: ServicesDep,
    response: Response,
    *,
    keep: Annotated[
        bool, Query(description="Whether level `kept` counts the pairs of the published plan.")
    ] = True,
) -> RunView:
    """Queue a run on the people of a cycle under another policy, which the cycle does not take on.

    Its plan has the state `what-if`: it can be read and compared, never published.
    """
    run = what_if.start_what_if(services, cycle_id, NamedFile(CYCLE_FILE, body), keep=keep)
    response.headers["Location"] = f"{API}/runs/{run.id}"
    return run


@RUNS.get("/cycles/{cycle_id}/runs", responses=problem_responses(404))
def list_runs(cycle_id: str, services: ServicesDep) -> tuple[RunView, ...]:
    """The runs of a cycle, the youngest first."""
    with services.database.reading() as tx:
        return run_view.list_runs(tx, cycle_id)


@RUNS.get("/runs/{run_id}", responses=problem_responses(404))
def read_run(run_id: str, services: ServicesDep) -> RunView:
    """Where a run is; once it has finished, `plan_id` names its plan."""
    with services.database.reading() as tx:
        return run_view.run_view(tx, run_id)


@RUNS.get("/runs/{run_id}/record", responses=problem_responses(404, 409))
def read_run_record(run_id: str, services: ServicesDep) -> RunRecord:
    """How a finished run went: seed, parameters, inputs' digests, versions, and every step."""
    with services.database.reading() as tx:
        return runs.run_record(tx, run_id)


@RUNS.post("/runs/{run_id}/cancel", responses=problem_responses(404, 409))
def cancel_run(run_id: str, services: ServicesDep) -> RunView:
    """Stop a run; it ends within about two seconds, and nothing of it is kept."""
    with services.database.writing() as tx:
        return runs.cancel_run(tx, run_id, now=services.now())


@RUNS.get(
    "/runs/{run_id}/events",
    responses=problem_responses(404),
    response_class=EventSourceResponse,
    dependencies=[Depends(read_run)],
)
async def follow_run(
    run_id: str,
    services: ServicesDep,
    last_event_id: Annotated[int, Header(ge=0)] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Progress as server-sent events: `progress` for each moment, at last `end` with the run.

    A client that lost the connection sends `Last-Event-ID` and misses nothing.
    """
    seen = last_event_id
    while True:
        events, run = await run_in_threadpool(_progress_since, services, run_id, seen)
        for event in events:
            seen = event.number
            yield ServerSentEvent(event="progress", id=str(seen), data=event)
        if run.state.is_final:
            yield ServerSentEvent(event="end", data=run)
            return
        await asyncio.sleep(_POLL_SECONDS)


def _progress_since(
    services: Services, run_id: str, seen: int
) -> tuple[tuple[ProgressEvent, ...], RunView]:
    with services.database.reading() as tx:
        return run_view.progress_after(tx, run_id, seen), run_view.run_view(tx, run_id)


ROUTERS = (RUNS,)
PERMISSIONS: Permissions = {
    ("POST", API + "/cycles/{cycle_id}/runs"): Permission(MANAGER),
    ("POST", API + "/cycles/{cycle_id}/what-if"): Permission(MANAGER),
    ("GET", API + "/cycles/{cycle_id}/runs"): Permission(MANAGER),
    ("GET", API + "/runs/{run_id}"): Permission(MANAGER),
    ("GET", API + "/runs/{run_id}/record"): Permission(MANAGER),
    ("POST", API + "/runs/{run_id}/cancel"): Permission(MANAGER),
    ("GET", API + "/runs/{run_id}/events"): Permission(MANAGER),
}
