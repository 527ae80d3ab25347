"""JSON routes for starting, following and cancelling runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Header, Query, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.sse import EventSourceResponse, ServerSentEvent

from api.background.rows import TaskState
from api.cycles.routes import AS_SETTINGS, CycleFileOrSettings
from api.http.dependencies import ServicesDep, TextsDep
from api.http.permissions import MANAGER, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.input_files.policy_changes import cycle_file_of
from api.runs import service as runs
from api.runs import what_if
from api.runs.frozen_input import RunOptions
from api.runs.run_view import RunView
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
    texts: TextsDep,
    response: Response,
    options: Annotated[RunOptions | None, Body()] = None,
) -> RunView:
    """Queue a run with the cycle's current lists and policy. Follow it at `Location`."""
    run = runs.start_run(services, cycle_id, options)
    response.headers["Location"] = f"{API}/runs/{run.id}"
    return run.rendered(texts)


@RUNS.post(
    "/cycles/{cycle_id}/what-if",
    status_code=HTTPStatus.ACCEPTED,
    responses=problem_responses(404, 409, 413, 422),
    openapi_extra=AS_SETTINGS,
)
def start_what_if(
    cycle_id: str,
    body: CycleFileOrSettings,
    services: ServicesDep,
    texts: TextsDep,
    response: Response,
    *,
    keep: Annotated[
        bool,
        Query(description="Whether the level `kept` counts pairs kept from the published plan."),
    ] = True,
) -> RunView:
    """Queue a run with another policy, as a cycle file or as settings in JSON.

    The cycle's own policy does not change. The resulting plan has the state `what-if`: it can be
    read and compared, but not published.
    """
    run = what_if.start_what_if(services, cycle_id, cycle_file_of(body), keep=keep)
    response.headers["Location"] = f"{API}/runs/{run.id}"
    return run.rendered(texts)


@RUNS.get("/cycles/{cycle_id}/runs", responses=problem_responses(404))
def list_runs(cycle_id: str, services: ServicesDep, texts: TextsDep) -> tuple[RunView, ...]:
    """List the runs of a cycle, newest first."""
    return tuple(run.rendered(texts) for run in runs.list_runs(services, cycle_id))


@RUNS.get("/runs/{run_id}", responses=problem_responses(404))
def read_run(run_id: str, services: ServicesDep, texts: TextsDep) -> RunView:
    """Get the state of a run. Once it has finished, `plan_id` identifies its plan."""
    return runs.read_run(services, run_id).rendered(texts)


@RUNS.get("/runs/{run_id}/record", responses=problem_responses(404, 409))
def read_run_record(run_id: str, services: ServicesDep) -> RunRecord:
    """Get the record of a finished run: seed, parameters, input digests, versions and progress."""
    return runs.read_run_record(services, run_id)


@RUNS.post("/runs/{run_id}/cancel", responses=problem_responses(404, 409))
def cancel_run(run_id: str, services: ServicesDep, texts: TextsDep) -> RunView:
    """Cancel a run. It stops within about two seconds, and no plan is stored."""
    return runs.cancel_run(services, run_id).rendered(texts)


@RUNS.get(
    "/runs/{run_id}/events",
    responses=problem_responses(404),
    response_class=EventSourceResponse,
    dependencies=[Depends(read_run)],  # rejects an unknown run before the stream starts
)
async def follow_run(
    run_id: str,
    services: ServicesDep,
    texts: TextsDep,
    last_event_id: Annotated[int, Header(ge=0)] = 0,
) -> AsyncIterator[ServerSentEvent]:
    """Stream the progress as server-sent events: `progress` for each report, then `end`.

    The event `state` means that the run has started, and `end` that it has ended; both contain the
    run. A client that reconnects with `Last-Event-ID` receives all events that it missed.
    """
    seen, state = last_event_id, TaskState.QUEUED
    while True:
        progress = await run_in_threadpool(runs.read_progress, services, run_id, after=seen)
        if progress.run.state is TaskState.RUNNING and state is TaskState.QUEUED:
            yield ServerSentEvent(event="state", data=progress.run.rendered(texts))
            state = TaskState.RUNNING
        for event in progress.events:
            seen = event.number
            yield ServerSentEvent(event="progress", id=str(seen), data=event.rendered(texts))
        if progress.run.state.is_final:
            yield ServerSentEvent(event="end", data=progress.run.rendered(texts))
            return
        await asyncio.sleep(_POLL_SECONDS)


ROUTERS = (RUNS,)
PERMISSIONS: Permissions = {
    ("POST", API + "/cycles/{cycle_id}/runs"): Permission(MANAGER, scope=TokenScope.RUN),
    ("POST", API + "/cycles/{cycle_id}/what-if"): Permission(MANAGER, scope=TokenScope.RUN),
    ("GET", API + "/cycles/{cycle_id}/runs"): Permission(MANAGER),
    ("GET", API + "/runs/{run_id}"): Permission(MANAGER),
    ("GET", API + "/runs/{run_id}/record"): Permission(MANAGER),
    ("POST", API + "/runs/{run_id}/cancel"): Permission(MANAGER, scope=TokenScope.RUN),
    ("GET", API + "/runs/{run_id}/events"): Permission(MANAGER),
}
