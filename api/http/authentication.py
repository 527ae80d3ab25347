"""Who is asking, and may they: settled before any route runs."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.exc import OperationalError
from starlette.datastructures import Headers
from starlette.types import Scope

from api.accounts import credentials
from api.accounts.rows import CredentialKind
from api.audit_trail import log as audit
from api.database.engine import is_disk_full
from api.database.types import ID_LENGTH
from api.http.cookies import cookie_name, notes_cookie
from api.http.permissions import Permission
from api.http.principal import ANONYMOUS, AccessRole, Principal
from api.http.urls import link_secret_in_path
from api.services import Services
from api.session_reports import note_access as note_opening
from api.settings import Settings
from coach.errors import (
    ConfirmFirstError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
)

_LOG = logging.getLogger(__name__)
LINK_PARAMETER = "link"
NOTES_HEADER = "X-Notes-Key"
_BY_HEADER = frozenset({CredentialKind.TOKEN, CredentialKind.LINK})
_BY_PATH = frozenset({CredentialKind.LINK})
_BY_COOKIE = frozenset({CredentialKind.BROWSER_SESSION})
_IDENTIFIER = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")


def services_of(request: Request) -> Services:
    """What this application works with, on behalf of whoever asks."""
    services: Services = request.app.state.services
    return services.on_behalf_of(lambda: principal_of(request))


def principal_of(request: Request) -> Principal:
    """Who is asking, as `authorise` found out."""
    principal: Principal = request.state.principal
    return principal


async def _services(request: Request) -> Services:
    """Asynchronous, as `_principal` is, because FastAPI would send a plain function to a thread."""
    return services_of(request)


async def _principal(request: Request) -> Principal:
    return principal_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
PrincipalDep = Annotated[Principal, Depends(_principal)]


def authorise(request: Request, services: ServicesDep) -> None:
    """Find out who is asking, and refuse whoever the table does not let through.

    Raises:
        NotSignedInError: nobody is signed in, and the route is not for everybody.
        NotAllowedError: the route is for other roles.
        ConfirmFirstError: it is too long ago that this browser's user showed who they are.
        NotFoundError: the secret link in the path opens nothing (any more).
    """
    permission: Permission = request.app.state.permissions[
        request.method, request.scope["route"].path_format
    ]
    request.state.principal = ANONYMOUS
    if not permission.authenticates:
        return
    principal = identify(request, services, request.path_params.get(LINK_PARAMETER))
    if principal.role in permission.roles:
        if permission.requires_recent_authentication:
            _require_recent_authentication(services, principal)
        if permission.audit_action and principal.user_id is not None:
            _record_reading(services, principal, permission.audit_action, request.path_params)
        return
    if principal.role is not AccessRole.ANONYMOUS:
        raise NotAllowedError("this is for others; sign in as somebody else to see it")
    if LINK_PARAMETER in request.path_params:
        raise NotFoundError("this link is no longer valid; ask the programme office for a new one")
    raise NotSignedInError("please sign in first")


def _require_recent_authentication(services: Services, principal: Principal) -> None:
    lifetime = timedelta(minutes=services.settings.confirm_minutes)
    if not principal.recently_authenticated(services.now(), lifetime):
        raise ConfirmFirstError("please show once more who you are, then this goes on")


def _record_reading(
    services: Services, principal: Principal, action: str, parameters: Mapping[str, str]
) -> None:
    """Write into the audit trail that the office asks for personal data, before it is shown.

    The same by the same user within the hour is written once: so a page that is looked at all day
    costs one row an hour, and a read costs one query.
    """
    (parameter, identifier), *_ = parameters.items()
    if not _IDENTIFIER.fullmatch(identifier):
        return  # there is no such thing, and the route says so
    now = services.now()
    with services.database.reading() as tx:
        if audit.was_recorded_recently(tx, principal, action, identifier, now=now):
            return
    with services.database.writing() as tx:
        audit.record_event(tx, action, parameter.removesuffix("_id"), identifier)


def principal_before_body(scope: Scope) -> Principal:
    """Who sends a request whose route is not chosen and whose body is not read yet."""
    request = Request(scope)
    request.state.principal = ANONYMOUS
    return identify(request, services_of(request), link_secret_in_path(request.url.path))


def is_bearer(headers: Headers) -> bool:
    """Whether a request shows a bearer token, which no browser sends by itself."""
    return headers.get("authorization", "").partition(" ")[0].lower() == "bearer"


def identify(request: Request, services: Services, link: str | None) -> Principal:
    """Who is asking, by the secret they show; `link` is the one in the path, where there is one."""
    secret, kinds = _presented_secret(request, services.settings, link)
    if not secret:
        return ANONYMOUS
    now = services.now()
    with services.database.reading() as tx:
        idle = timedelta(minutes=services.settings.cookie_idle_minutes)
        principal = credentials.identify(tx, secret, kinds, now=now, idle=idle)
        stale = principal.credential_id is not None and credentials.needs_touch(
            tx, principal.credential_id, now=now
        )
        if principal.role is AccessRole.COACH and principal.person_id is not None:
            presented = request.headers.get(NOTES_HEADER) or request.cookies.get(
                notes_cookie(services.settings, principal.person_id), ""
            )
            notebook = note_opening.notebook_of_device(tx, principal, presented, now=now)
            if notebook is not None:
                principal = replace(principal, notes_open=True, notebook=notebook)
    request.state.principal = principal
    if stale and principal.credential_id is not None:
        _record_credential_use(services, principal.credential_id, now)
    return principal


def _record_credential_use(services: Services, credential_id: str, now: datetime) -> None:
    """Note that a credential was used; while the disk is full, who only reads goes on without."""
    try:
        with services.database.writing() as tx:
            credentials.touch(tx, credential_id, now=now)
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        _LOG.warning("the use of a credential was not noted: the disk is full")


def _presented_secret(
    request: Request, settings: Settings, link: str | None
) -> tuple[str, frozenset[CredentialKind]]:
    """The secret a request shows: by its header, else in its path, else by its cookie."""
    if is_bearer(request.headers):
        return request.headers["authorization"].partition(" ")[2].strip(), _BY_HEADER
    if link is not None:
        return link, _BY_PATH
    return request.cookies.get(cookie_name(settings), ""), _BY_COOKIE
