"""The application factory, which assembles the server from its settings and all routes."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from functools import cache
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import iter_route_contexts
from starlette.routing import BaseRoute
from starlette.types import Lifespan

from api.accounts.authenticator import authenticate_user
from api.accounts.known_devices import presented_device_id
from api.aides.links import authenticate_aide
from api.audit_trail.log import record_reading
from api.background.queue import JobQueue
from api.background.worker import Worker
from api.background.worker_lease import WorkerLease
from api.bootstrap import open_database_and_keyring
from api.coaching.agreements.texts import applied_texts
from api.consent.texts import consent_texts
from api.group_events.invited import update_cycle
from api.http.authentication import Authentication
from api.http.authorization import authorise
from api.http.metrics import RequestMetrics
from api.http.middleware.body_size_limit import BodySizeLimitMiddleware
from api.http.middleware.compression import CompressionMiddleware
from api.http.middleware.host_and_csrf import HostAndCsrfMiddleware
from api.http.middleware.request_logging import RequestLoggingMiddleware
from api.http.middleware.security_headers import SecurityHeadersMiddleware
from api.http.middleware.sent_forms import SentFormsMiddleware
from api.http.middleware.sign_in_rate_limit import SignInRateLimitMiddleware
from api.http.openapi import API_DESCRIPTION, TAGS
from api.http.permissions import Permission
from api.http.prefix_router import PrefixRouter
from api.http.principal import SYSTEM
from api.http.problem_details import register_interruption
from api.input_files.instruments import instruments_of
from api.invitations.moved_address import move_invitations
from api.job_types import JOB_TYPES
from api.limited_objects import within_limits
from api.personal_links import verification_pages, verified_devices
from api.personal_links.follow_up_links import authenticate_post
from api.personal_links.links import authenticate_link
from api.personal_links.verified_devices import verify_by_device
from api.route_modules import API_MODULES, PAGE_MODULES
from api.services import Services, utc_now
from api.session_reports.device_keys import identify_notes_device
from api.settings import Settings
from api.web.error_page import register_error_pages
from coach.errors import VerifyFirstError

if TYPE_CHECKING:
    from api.accounts.oidc.client import Provider

PERMISSIONS: dict[tuple[str, str], Permission] = {
    route: permission
    for module in (*API_MODULES, *PAGE_MODULES)
    for route, permission in module.PERMISSIONS.items()
}
_AUTHENTICATION = Authentication(
    authenticators=(authenticate_user, authenticate_link, authenticate_aide, authenticate_post),
    extensions=(verify_by_device, identify_notes_device),
    needs_touch=verified_devices.needs_touch,
    touch=verified_devices.touch,
)


def create_app(settings: Settings) -> FastAPI:
    """Create the server for the database in `settings`, which must already be migrated.

    If `settings.worker` is set, a worker runs from start-up to shutdown. The database and the job
    queue are closed on shutdown.

    Raises:
        ConsentTextError: a consent text or a text for agreements is missing or malformed.
        UnusableInputError: an instrument is invalid.
        SchemaError: the database schema belongs to a different version.
        DatabaseUnusableError: the database does not exist or cannot be read.
        KeyringError: the key file is missing, invalid, out of date, accessible to other users, or
            belongs to another database.
        RuntimeError: a route has no permission, or a permission has no route.
    """
    services, queue = open_services(settings)
    app = FastAPI(
        title=settings.deployment.programme_name or "Gender Coach Programme",
        version="1",
        description=API_DESCRIPTION,
        openapi_tags=TAGS,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan(services, queue),
        routes=list(_routes()),
    )
    app.state.services = services
    app.state.oidc_client = _oidc_client(settings)
    app.state.authentication = _AUTHENTICATION
    app.state.record_reading = record_reading
    app.state.within_limits = within_limits
    app.state.exempt_from_second_factor = lambda _services: False
    app.state.permissions = PERMISSIONS
    app.state.job_types = JOB_TYPES
    app.state.worker_lease = None
    _add_middleware(app, settings)
    register_error_pages(app)
    register_interruption(app, VerifyFirstError, verification_pages.verify_first)
    try:
        _require_complete_permissions(app)
    except RuntimeError:
        services.database.close()
        raise
    return app


@cache
def _routes() -> Sequence[BaseRoute]:
    """Return all routes, each guarded by its permission; they are created once per process."""
    every = APIRouter(
        dependencies=[Depends(authorise)], generate_unique_id_function=lambda route: route.name
    )
    for module in (*API_MODULES, *PAGE_MODULES):
        for router in module.ROUTERS:
            every.include_router(PrefixRouter.from_router(router))
    return tuple(every.routes)


def _add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add the middleware, innermost first: the one added last sees each request first."""
    app.add_middleware(SentFormsMiddleware)
    app.add_middleware(CompressionMiddleware)
    app.add_middleware(BodySizeLimitMiddleware, settings=settings)
    app.add_middleware(SignInRateLimitMiddleware, known_device_of=presented_device_id)
    app.add_middleware(HostAndCsrfMiddleware, settings=settings)
    app.add_middleware(SecurityHeadersMiddleware, settings=settings)
    app.state.request_metrics = RequestMetrics()
    app.add_middleware(RequestLoggingMiddleware, request_metrics=app.state.request_metrics)


def open_services(settings: Settings) -> tuple[Services, JobQueue]:
    """Open the database, the key ring and the job queue, and check the deployment's own texts.

    Returns:
        The services, whose actions are attributed to the system, and their job queue.

    Raises:
        DomainError: the texts, the instruments, the database or the key file cannot be used.
    """
    consent_texts(settings)  # invalid texts must fail at start-up, not on a page
    applied_texts(settings)
    instruments_of(settings)
    database, keyring = open_database_and_keyring(settings)
    queue = JobQueue(settings.database_url, JOB_TYPES)
    services = Services(settings, database, keyring, queue, utc_now, move_invitations, update_cycle)
    return services.on_behalf_of(lambda: SYSTEM), queue


def iterate_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Yield the method and path of every route in the application."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            yield method, route.path_format or ""


def _oidc_client(settings: Settings) -> Provider | None:
    if settings.oidc is None:
        return None
    from api.accounts.oidc.client import Provider  # noqa: PLC0415 - slow to load, rarely needed

    return Provider(settings.oidc, utc_now)


def _lifespan(services: Services, queue: JobQueue) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        settings, database = services.settings, services.database
        lease: WorkerLease | None = app.state.worker_lease
        worker = Worker(services, JOB_TYPES, lease, on_taken_over=_stop_process)
        if settings.worker:
            await run_in_threadpool(worker.start)
        yield
        if settings.worker:
            await run_in_threadpool(worker.stop)
        queue.close()
        database.close()

    return lifespan


def _stop_process() -> None:
    """Shut this server down cleanly; the service manager then restarts it."""
    signal.raise_signal(signal.SIGTERM)


def _require_complete_permissions(app: FastAPI) -> None:
    routes = set(iterate_routes(app))
    missing, stray = routes - PERMISSIONS.keys(), PERMISSIONS.keys() - routes
    if missing or stray:
        raise RuntimeError(
            f"routes and permissions do not match: routes without a permission {sorted(missing)}, "
            f"permissions without a route {sorted(stray)}"
        )
