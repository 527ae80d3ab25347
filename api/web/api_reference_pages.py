"""Pages about the API, generated from its OpenAPI document."""

from __future__ import annotations

from functools import lru_cache

from fastapi import APIRouter, FastAPI, Request, Response

from api.http.openapi import openapi_document
from api.http.permissions import EVERYBODY, Permission, Permissions
from api.http.urls import API
from api.web import facts
from api.web.api_reference import Tag, described_tags
from api.web.rendering import render_page
from coach.errors import NotFoundError

API_REFERENCE = APIRouter(prefix=f"{API}/docs", include_in_schema=False)


@API_REFERENCE.get("")
def show_api(request: Request) -> Response:
    """Show all operations of the API, grouped by subject."""
    return render_page(request, "web/api_reference.html", tags=_tags(request.app))


@API_REFERENCE.get("/{tag}")
def show_operations(tag: str, request: Request) -> Response:
    """Show the operations of a subject with parameters, examples and errors."""
    for one in _tags(request.app):
        if one.id == tag:
            return render_page(request, "web/api_operations.html", tag=one)
    raise NotFoundError(facts.NO_SUCH_SUBJECT())


@lru_cache(maxsize=1)
def _tags(app: FastAPI) -> tuple[Tag, ...]:
    return described_tags(openapi_document(app))


ROUTERS = (API_REFERENCE,)
PERMISSIONS: Permissions = {
    ("GET", f"{API}/docs"): Permission(EVERYBODY, compressible=True),
    ("GET", API + "/docs/{tag}"): Permission(EVERYBODY, compressible=True),
}
