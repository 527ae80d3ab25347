"""Liveness and readiness probes."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Response
from sqlalchemy.exc import SQLAlchemyError

from api.database import schema
from api.http.dependencies import ServicesDep
from api.http.permissions import EVERYBODY, Permission, Permissions
from coach.errors import DomainError

HEALTH = APIRouter(include_in_schema=False)


@HEALTH.get("/healthz")
def alive() -> Response:
    """Report that the process is running."""
    return Response("alive\n", media_type="text/plain")


@HEALTH.get("/readyz")
def ready(services: ServicesDep) -> Response:
    """Report whether the database is reachable and its schema matches this version."""
    try:
        schema.require_current(services.database)
    except (SQLAlchemyError, DomainError):
        return Response(
            "the database is unavailable, or its schema belongs to another version\n",
            HTTPStatus.SERVICE_UNAVAILABLE,
            media_type="text/plain",
        )
    return Response("ready\n", media_type="text/plain")


ROUTERS = (HEALTH,)
PERMISSIONS: Permissions = {
    ("GET", "/healthz"): Permission(EVERYBODY, authenticates=False),
    ("GET", "/readyz"): Permission(EVERYBODY, authenticates=False),
}
