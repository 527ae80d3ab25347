"""Dependencies of routes: the application's services, and the principal of the request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from api.http.principal import Principal
from api.services import Services


def services_for(connection: HTTPConnection) -> Services:
    """Return the application's services, acting on behalf of the request's principal."""
    services: Services = connection.app.state.services
    return services.on_behalf_of(lambda: principal_of(connection))


def principal_of(connection: HTTPConnection) -> Principal:
    """Return the principal that authentication found for a request."""
    principal: Principal = connection.state.principal
    return principal


async def _services(request: Request) -> Services:
    """Return the services. Asynchronous, because FastAPI would run a plain function in a thread."""
    return services_for(request)


async def _principal(request: Request) -> Principal:
    return principal_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
PrincipalDep = Annotated[Principal, Depends(_principal)]
