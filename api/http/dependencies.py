"""Route dependencies: the application's services, and a request's principal and language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from api.http.principal import Principal
from api.services import Services
from api.texts.reader_language import request_renderer
from coach.texts.renderer import Renderer


def services_for(connection: HTTPConnection) -> Services:
    """Return the application's services, bound to the request's principal."""
    services: Services = connection.app.state.services
    return services.on_behalf_of(lambda: principal_of(connection))


def principal_of(connection: HTTPConnection) -> Principal:
    """Return the principal of a request, as determined by authentication."""
    principal: Principal = connection.state.principal
    return principal


async def _services(request: Request) -> Services:
    """Return the services. This is a coroutine because FastAPI runs plain functions in a thread."""
    return services_for(request)


async def _principal(request: Request) -> Principal:
    return principal_of(request)


async def _texts(request: Request) -> Renderer:
    return request_renderer(request)


ServicesDep = Annotated[Services, Depends(_services)]
PrincipalDep = Annotated[Principal, Depends(_principal)]
TextsDep = Annotated[Renderer, Depends(_texts)]
"""The renderer of the reader's language, for JSON that contains messages."""
