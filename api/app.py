"""The application: services, defences, routes and pages put together from explicit settings."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import ModuleType
from typing import TYPE_CHECKING

from fastapi import APIRouter, Depends, FastAPI
from fastapi.concurrency import run_in_threadpool
from fastapi.routing import iter_route_contexts
from starlette.types import Lifespan

from api.accounts import routes as access
from api.background.queue import JobQueue
from api.background.worker import Worker
from api.bootstrap import open_database_and_keyring
from api.consent import routes as consent
from api.consent.texts import consent_texts
from api.cycles import routes as cycles
from api.data_protection import routes as retention
from api.http import health_routes as health
from api.http import reference_routes as reference
from api.http.authentication import authorise
from api.http.middleware.body_size_limit import BodySizeLimitMiddleware
from api.http.middleware.host_and_csrf import WebSecurityMiddleware
from api.http.middleware.request_logging import RequestLoggingMiddleware, RequestMetrics
from api.http.middleware.sign_in_rate_limit import SignInRateLimitMiddleware
from api.http.openapi import API_DESCRIPTION, TAGS
from api.http.permissions import PERMISSIONS, Permission
from api.http.prefix_router import PrefixRouter
from api.http.principal import SYSTEM
from api.http.problem_details import ProblemPageRenderer, register_exception_handlers
from api.invitations import routes as mails
from api.overview import audit_routes as audit
from api.personal_links import routes as codes
from api.plan_queries import routes as questions
from api.plans import routes as plans
from api.runs import routes as runs
from api.services import Services, utc_now
from api.sessions import routes as sessions
from api.settings import Settings

if TYPE_CHECKING:
    from api.accounts.oidc.client import Provider

_PAGES = "api.page_routers"


def create_app(settings: Settings) -> FastAPI:
    """The whole server on the database of `settings`, which has to be migrated already.

    Its lifespan starts the worker, where `settings.worker` asks for one, and closes everything.

    Raises:
        SchemaError: the database is of another version.
        DatabaseUnusableError: it is not there, or cannot be read.
        KeyringError: the key file is missing, broken, or open to others.
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
        dependencies=[Depends(authorise)],
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.services = services
    app.add_middleware(BodySizeLimitMiddleware, settings=settings)
    app.add_middleware(SignInRateLimitMiddleware)
    app.add_middleware(WebSecurityMiddleware, settings=settings)
    app.state.request_metrics = RequestMetrics()
    app.add_middleware(RequestLoggingMiddleware, request_metrics=app.state.request_metrics)
    for router in _routers():
        app.include_router(PrefixRouter.from_router(router))
    pages = _pages()
    if pages is not None:
        app.include_router(pages.router)
    register_exception_handlers(app, _problem_page(pages))
    app.state.permissions = PERMISSIONS | getattr(pages, "PERMISSIONS", {})
    try:
        _require_complete_permissions(app)
    except RuntimeError:
        services.database.close()
        raise
    return app


def open_services(settings: Settings) -> tuple[Services, JobQueue]:
    """What routes and pages work with, on a database that is checked to be of this version."""
    consent_texts(settings.consent_texts)  # refused at the start, not where somebody reads them
    database, keyring = open_database_and_keyring(settings)
    queue = JobQueue(settings.database_url)
    services = Services(settings, database, keyring, queue, utc_now, _provider(settings))
    return services.on_behalf_of(lambda: SYSTEM), queue


def iterate_routes(app: FastAPI) -> Iterator[tuple[str, str]]:
    """Method and path of every route of an application."""
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or ()):
            yield method, route.path_format or ""


def _provider(settings: Settings) -> Provider | None:
    if settings.oidc is None:
        return None
    from api.accounts.oidc.client import Provider  # noqa: PLC0415 - much to load, and few have one

    return Provider(settings.oidc, utc_now)


def _lifespan(services: Services, queue: JobQueue) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        settings, database = services.settings, services.database
        worker = Worker(services)
        if settings.worker:
            await run_in_threadpool(worker.start)
        yield
        if settings.worker:
            await run_in_threadpool(worker.stop)
        queue.close()
        database.close()

    return lifespan


def _routers() -> Iterator[APIRouter]:
    yield health.HEALTH
    yield from (
        cycles.CYCLES,
        cycles.PEOPLE,
        retention.RETENTION,
        runs.RUNS,
        plans.PLANS,
        plans.SCHEDULE,
    )
    yield from (
        questions.QUESTIONS,
        mails.MAILS,
        mails.REMINDERS,
        codes.CODES,
        plans.INVITATIONS,
        sessions.SESSIONS,
        sessions.INVITATION,
        sessions.RECORDS,
    )
    yield from (
        audit.AUDIT,
        sessions.FEEDBACK,
        access.ME,
        access.LINKS,
        consent.CONSENT,
        consent.CONSENTS,
        access.SIGN_IN,
        reference.REFERENCE,
    )


def _pages() -> ModuleType | None:
    """The pages, where they are installed: their `router`, `PERMISSIONS` and `problem_page`."""
    found = importlib.util.find_spec(_PAGES)
    if found is None or found.origin is None:
        return None
    return importlib.import_module(_PAGES)


def _problem_page(pages: ModuleType | None) -> ProblemPageRenderer | None:
    page: ProblemPageRenderer | None = getattr(pages, "problem_page", None)
    return page


def _require_complete_permissions(app: FastAPI) -> None:
    table: dict[tuple[str, str], Permission] = app.state.permissions
    routes = set(iterate_routes(app))
    missing, unknown = routes - table.keys(), table.keys() - routes
    if missing or unknown:
        raise RuntimeError(
            f"the table of roles and routes is not whole: missing {sorted(missing)}, "
            f"without a route {sorted(unknown)}"
        )
