"""For the machines that watch this one: alive, ready, and figures."""

from __future__ import annotations

from http import HTTPStatus
from ipaddress import ip_address

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from api.http.asking import ServicesDep, ViewerDep
from api.http.watching import Measures
from api.jobs.heartbeat import stale_runs
from api.store import schema
from api.store.run_rows import RunRow, RunState
from api.store.session_rows import OutboxRow
from api.workflows.services import Services
from coach.errors import NotAllowedError, ProgrammeError

HEALTH = APIRouter(include_in_schema=False)


@HEALTH.get("/healthz")
def alive() -> Response:
    """The process answers."""
    return Response("alive\n", media_type="text/plain")


@HEALTH.get("/readyz")
def ready(services: ServicesDep) -> Response:
    """The database answers, and is of this version."""
    try:
        schema.require_current(services.database)
    except (SQLAlchemyError, ProgrammeError):
        return Response(
            "the database is away or of another version\n",
            HTTPStatus.SERVICE_UNAVAILABLE,
            media_type="text/plain",
        )
    return Response("ready\n", media_type="text/plain")


@HEALTH.get("/metrics")
def metrics(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Figures for Prometheus: to this machine itself, or to who shows a manager's token."""
    if not (viewer.is_manager or _is_this_machine(request)):
        raise NotAllowedError("figures are for this machine itself, or for a manager's token")
    measures: Measures = request.app.state.measures
    lines = generate_latest(measures.registry).decode() + _figures(services)
    return Response(lines, media_type=CONTENT_TYPE_LATEST)


def _figures(services: Services) -> str:
    """Figures that are in the database, as Prometheus reads them."""
    with services.database.reading() as tx:
        runs = dict.fromkeys(RunState, 0)
        for state, number in tx.execute(select(RunRow.state, func.count()).group_by(RunRow.state)):
            runs[state] = number
        unsent = tx.scalar(select(func.count()).where(OutboxRow.sent_at.is_(None))) or 0
        stale = stale_runs(tx, services.now())
    lines = ["# HELP gender_coach_runs Runs by state.", "# TYPE gender_coach_runs gauge"]
    lines += [f'gender_coach_runs{{state="{state}"}} {number}' for state, number in runs.items()]
    lines += [
        "# HELP gender_coach_stale_runs Runs whose worker is no longer heard of.",
        "# TYPE gender_coach_stale_runs gauge",
        f"gender_coach_stale_runs {stale}",
        "# HELP gender_coach_outbox_unsent Messages that were not sent yet.",
        "# TYPE gender_coach_outbox_unsent gauge",
        f"gender_coach_outbox_unsent {unsent}",
    ]
    return "\n".join(lines) + "\n"


def _is_this_machine(request: Request) -> bool:
    host = request.client.host if request.client else ""
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        return False
    return loopback and "x-forwarded-for" not in request.headers
