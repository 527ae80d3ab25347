"""Metrics for Prometheus: requests, runs, jobs, messages."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address
from secrets import compare_digest
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy import func, select

from api.background.job_type import JobType
from api.background.orphaned_jobs import count_orphaned_jobs
from api.background.rows import TaskState
from api.http.authentication import is_bearer
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.metrics import RequestMetrics
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.invitations.rows import OutboxRow
from api.runs.rows import RunRow
from api.services import Services
from api.settings import Settings
from coach.errors import NotAllowedError

METRICS = APIRouter(include_in_schema=False)
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@METRICS.get("/metrics")
def metrics(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Figures for Prometheus: to who shows the token for them, or asks from this very machine."""
    settings = services.settings
    if not (
        principal.is_manager
        or presents_metrics_token(request, settings)
        or is_local(request, settings)
    ):
        raise NotAllowedError(
            "figures are for who shows GENDER_COACH_METRICS_TOKEN or a manager's token; "
            "without a public address also for this machine itself"
        )
    request_metrics: RequestMetrics = request.app.state.request_metrics
    lines = generate_latest(request_metrics.registry).decode() + _database_metrics(
        services, request.app.state.job_types
    )
    return Response(lines, media_type=CONTENT_TYPE_LATEST)


def _database_metrics(services: Services, job_types: Sequence[JobType]) -> str:
    """Figures that are in the database, as Prometheus reads them."""
    with services.database.reading() as tx:
        runs = dict.fromkeys(TaskState, 0)
        for state, number in tx.execute(select(RunRow.state, func.count()).group_by(RunRow.state)):
            runs[state] = number
        unsent = tx.scalar(select(func.count()).where(OutboxRow.sent_at.is_(None))) or 0
        orphaned = count_orphaned_jobs(tx, job_types, services.now())
    lines = ["# HELP gender_coach_runs Runs by state.", "# TYPE gender_coach_runs gauge"]
    lines += [f'gender_coach_runs{{state="{state}"}} {number}' for state, number in runs.items()]
    lines += [
        "# HELP gender_coach_stranded_jobs Jobs in work by a worker that is no longer heard of.",
        "# TYPE gender_coach_stranded_jobs gauge",
        *(f'gender_coach_stranded_jobs{{kind="{kind}"}} {n}' for kind, n in orphaned.items()),
        "# HELP gender_coach_outbox_unsent Messages that were not sent yet.",
        "# TYPE gender_coach_outbox_unsent gauge",
        f"gender_coach_outbox_unsent {unsent}",
    ]
    return "\n".join(lines) + "\n"


def presents_metrics_token(request: Request, settings: Settings) -> bool:
    """Whether a request shows the configured token for figures."""
    token, headers = settings.metrics_token, request.headers
    if token is None or not is_bearer(headers):
        return False
    shown = headers["authorization"].partition(" ")[2].strip()
    return compare_digest(shown.encode(), token.get_secret_value().encode())


def is_local(request: Request, settings: Settings) -> bool:
    """Whether a request comes from this machine, and cannot have come through a proxy on it.

    A proxy's requests come from loopback too, whoever sent them; so with a public address nothing
    counts as local, nor does what a proxy has marked.
    """
    client = request.client.host if request.client else ""
    public = urlsplit(settings.base_url).hostname or ""
    proxied = any(header in request.headers for header in _PROXY_HEADERS)
    return _is_loopback(client) and _is_loopback(public) and not proxied


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


ROUTERS = (METRICS,)
PERMISSIONS: Permissions = {
    ("GET", "/metrics"): Permission(EVERYBODY),  # and checks itself who asks, and from where
}
