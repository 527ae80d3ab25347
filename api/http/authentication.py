"""Authentication: identifies the sender of a request by the secret it presents.

Each package that issues secrets provides an authenticator, which `api.app` registers. The first
authenticator that recognises the secret determines the principal.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from fastapi import Request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session as Transaction
from starlette.datastructures import Headers
from starlette.types import Scope

from api.database.engine import is_disk_full
from api.http.cookies import cookie_name
from api.http.dependencies import services_for
from api.http.principal import ANONYMOUS, Principal
from api.http.urls import link_secret_in_path
from api.services import Services
from api.settings import Settings

_LOG = logging.getLogger(__name__)


class SecretSource(StrEnum):
    """The part of a request that contains a secret."""

    HEADER = "header"
    PATH = "path"
    COOKIE = "cookie"


@dataclass(frozen=True, slots=True)
class PresentedSecret:
    """A secret presented by a request, and the part of the request that contains it."""

    secret: str
    source: SecretSource


Authenticator = Callable[[Transaction, PresentedSecret, Settings, datetime], Principal | None]
"""Returns the principal of a secret, or `None` if the secret is invalid or of another kind."""

PrincipalExtension = Callable[[Transaction, Request, Settings, Principal, datetime], Principal]
"""Extends a principal with access granted by other cookies, such as access to a notebook."""


@dataclass(frozen=True, slots=True)
class Authentication:
    """The functions that authenticate requests, as registered by `api.app`.

    Attributes:
        authenticators: the authenticators, in the order in which they are tried.
        extensions: the extensions, in the order in which they are applied.
        needs_touch: returns whether the recorded last use of a principal's credential, or of the
            device that it presents, is out of date.
        touch: records that a principal's credential and device were used.
    """

    authenticators: tuple[Authenticator, ...]
    extensions: tuple[PrincipalExtension, ...]
    needs_touch: Callable[[Transaction, Principal, datetime], bool]
    touch: Callable[[Transaction, Principal, datetime], None]


def authenticate(request: Request, services: Services, link: str | None) -> Principal:
    """Return the principal that sent a request, and record the use of its credential.

    The principal is also stored in `request.state`, unless the request presents no secret. `link`
    is the secret in the request's path, if any.
    """
    presented = _presented_secret(request, services.settings, link)
    if not presented.secret:
        return ANONYMOUS
    authentication: Authentication = request.app.state.authentication
    now = services.now()
    with services.database.reading() as tx:
        principal = _first(authentication.authenticators, tx, presented, services.settings, now)
        for extend in authentication.extensions:
            principal = extend(tx, request, services.settings, principal, now)
        stale = authentication.needs_touch(tx, principal, now)
    request.state.principal = principal
    if stale:
        _record_use(authentication, services, principal, now)
    return principal


def authenticate_before_body(scope: Scope) -> Principal:
    """Return the sender of a request before the request is routed and its body is read."""
    request = Request(scope)
    request.state.principal = ANONYMOUS
    return authenticate(request, services_for(request), link_secret_in_path(request.url.path))


def is_bearer(headers: Headers) -> bool:
    """Return whether a request presents a bearer token, which browsers never send automatically."""
    return headers.get("authorization", "").partition(" ")[0].lower() == "bearer"


def _first(
    authenticators: tuple[Authenticator, ...],
    tx: Transaction,
    presented: PresentedSecret,
    settings: Settings,
    now: datetime,
) -> Principal:
    for authenticator in authenticators:
        principal = authenticator(tx, presented, settings, now)
        if principal is not None:
            return principal
    return ANONYMOUS


def _record_use(
    authentication: Authentication, services: Services, principal: Principal, now: datetime
) -> None:
    """Record the use of a credential and a device, but do not fail if the disk is full."""
    try:
        with services.database.writing() as tx:
            authentication.touch(tx, principal, now)
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        _LOG.warning("the use of a credential was not recorded: the disk is full")


def _presented_secret(request: Request, settings: Settings, link: str | None) -> PresentedSecret:
    """Return the secret in the Authorization header, the path or the cookie, in this order."""
    if is_bearer(request.headers):
        token = request.headers["authorization"].partition(" ")[2].strip()
        return PresentedSecret(token, SecretSource.HEADER)
    if link is not None:
        return PresentedSecret(link, SecretSource.PATH)
    return PresentedSecret(request.cookies.get(cookie_name(settings), ""), SecretSource.COOKIE)
