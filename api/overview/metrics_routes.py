"""The route for Prometheus metrics, which performs its own access check."""

from __future__ import annotations

from ipaddress import ip_address
from secrets import compare_digest
from urllib.parse import urlsplit

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from api.http.authentication import is_bearer
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.metrics import RequestMetrics
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.overview import facts
from api.overview.database_metrics import database_metrics
from api.settings import Settings
from coach.errors import NotAllowedError

METRICS = APIRouter(include_in_schema=False)
_PROXY_HEADERS = ("forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip")


@METRICS.get("/metrics")
def metrics(request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Get Prometheus metrics.

    Open to managers, holders of the metrics token, and local requests.
    """
    settings = services.settings
    if not (
        (principal.is_manager and not principal.needs_second_factor)
        or presents_metrics_token(request, settings)
        or is_local(request, settings)
    ):
        raise NotAllowedError(facts.METRICS_NEED_A_TOKEN(variable="GENDER_COACH_METRICS_TOKEN"))
    request_metrics: RequestMetrics = request.app.state.request_metrics
    lines = generate_latest(request_metrics.registry).decode() + database_metrics(
        services, request.app.state.job_types
    )
    return Response(lines, media_type=CONTENT_TYPE_LATEST)


def presents_metrics_token(request: Request, settings: Settings) -> bool:
    """Return whether a request contains the configured metrics token."""
    token, headers = settings.metrics_token, request.headers
    if token is None or not is_bearer(headers):
        return False
    shown = headers["authorization"].partition(" ")[2].strip()
    return compare_digest(shown.encode(), token.get_secret_value().encode())


def is_local(request: Request, settings: Settings) -> bool:
    """Return whether a request comes directly from this machine.

    Requests through a proxy on this machine also have a loopback address. Therefore no request
    counts as local if the server has a public address or if the request has proxy headers.
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
    ("GET", "/metrics"): Permission(EVERYBODY),  # the route itself checks access
}
