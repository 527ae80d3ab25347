"""What routes depend on: the services of the application, and the principal of the request."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request
from starlette.requests import HTTPConnection

from api.http.principal import Principal
from api.services import Services


def services_for(connection: HTTPConnection) -> Services:
    """The services of the application, on behalf of the principal of the request."""
    services: Services = connection.app.state.services
    return services.on_behalf_of(lambda: principal_of(connection))


def principal_of(connection: HTTPConnection) -> Principal:
    """The principal of a request, as authentication found it."""
    principal: Principal = connection.state.principal
    return principal


async def _services(request: Request) -> Services:
    """Asynchronous, because FastAPI would run a plain function in a thread."""
    return services_for(request)


async def _principal(request: Request) -> Principal:
    return principal_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
PrincipalDep = Annotated[Principal, Depends(_principal)]
