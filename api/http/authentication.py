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
from api.database.engine import has_no_room
from api.database.types import ID_LENGTH
from api.http.cookies import cookie_name, notes_cookie
from api.http.permissions import Access
from api.http.principal import NOBODY, AccessRole, Viewer
from api.http.urls import link_in
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
_BY_COOKIE = frozenset({CredentialKind.COOKIE})
_IDENTIFIER = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")


def services_of(request: Request) -> Services:
    """What this application works with, on behalf of whoever asks."""
    services: Services = request.app.state.services
    return services.on_behalf_of(lambda: viewer_of(request))


def viewer_of(request: Request) -> Viewer:
    """Who is asking, as `authorise` found out."""
    viewer: Viewer = request.state.viewer
    return viewer


async def _services(request: Request) -> Services:
    """Asynchronous, as `_viewer` is, because FastAPI would send a plain function to a thread."""
    return services_of(request)


async def _viewer(request: Request) -> Viewer:
    return viewer_of(request)


ServicesDep = Annotated[Services, Depends(_services)]
ViewerDep = Annotated[Viewer, Depends(_viewer)]


def authorise(request: Request, services: ServicesDep) -> None:
    """Find out who is asking, and refuse whoever the table does not let through.

    Raises:
        NotSignedInError: nobody is signed in, and the route is not for everybody.
        NotAllowedError: the route is for other roles.
        ConfirmFirstError: it is too long ago that this browser's user showed who they are.
        NotFoundError: the secret link in the path opens nothing (any more).
    """
    access: Access = request.app.state.access[request.method, request.scope["route"].path_format]
    request.state.viewer = NOBODY
    if not access.asks_who:
        return
    viewer = identify(request, services, request.path_params.get(LINK_PARAMETER))
    if viewer.role in access.roles:
        if access.fresh:
            _require_fresh(services, viewer)
        if access.noted and viewer.user_id is not None:
            _note_reading(services, viewer, access.noted, request.path_params)
        return
    if viewer.role is not AccessRole.NOBODY:
        raise NotAllowedError("this is for others; sign in as somebody else to see it")
    if LINK_PARAMETER in request.path_params:
        raise NotFoundError("this link is no longer valid; ask the programme office for a new one")
    raise NotSignedInError("please sign in first")


def _require_fresh(services: Services, viewer: Viewer) -> None:
    lasting = timedelta(minutes=services.settings.confirm_minutes)
    if not viewer.is_fresh(services.now(), lasting):
        raise ConfirmFirstError("please show once more who you are, then this goes on")


def _note_reading(
    services: Services, viewer: Viewer, action: str, parameters: Mapping[str, str]
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
        if audit.was_noted_lately(tx, viewer, action, identifier, now=now):
            return
    with services.database.writing() as tx:
        audit.note_act(tx, action, parameter.removesuffix("_id"), identifier)


def viewer_before_body(scope: Scope) -> Viewer:
    """Who sends a request whose route is not chosen and whose body is not read yet."""
    request = Request(scope)
    request.state.viewer = NOBODY
    return identify(request, services_of(request), link_in(request.url.path))


def is_bearer(headers: Headers) -> bool:
    """Whether a request shows a bearer token, which no browser sends by itself."""
    return headers.get("authorization", "").partition(" ")[0].lower() == "bearer"


def identify(request: Request, services: Services, link: str | None) -> Viewer:
    """Who is asking, by the secret they show; `link` is the one in the path, where there is one."""
    secret, kinds = _shown(request, services.settings, link)
    if not secret:
        return NOBODY
    now = services.now()
    with services.database.reading() as tx:
        idle = timedelta(minutes=services.settings.cookie_idle_minutes)
        viewer = credentials.identify(tx, secret, kinds, now=now, idle=idle)
        stale = viewer.credential_id is not None and credentials.needs_touch(
            tx, viewer.credential_id, now=now
        )
        if viewer.role is AccessRole.COACH and viewer.person_id is not None:
            shown = request.headers.get(NOTES_HEADER) or request.cookies.get(
                notes_cookie(services.settings, viewer.person_id), ""
            )
            notebook = note_opening.notebook_opened_by(tx, viewer, shown, now=now)
            if notebook is not None:
                viewer = replace(viewer, notes_open=True, notebook=notebook)
    request.state.viewer = viewer
    if stale and viewer.credential_id is not None:
        _write_down_use(services, viewer.credential_id, now)
    return viewer


def _write_down_use(services: Services, credential_id: str, now: datetime) -> None:
    """Note that a credential was used; while the disk is full, who only reads goes on without."""
    try:
        with services.database.writing() as tx:
            credentials.touch(tx, credential_id, now=now)
    except OperationalError as error:
        if not has_no_room(error):
            raise
        _LOG.warning("the use of a credential was not noted: the disk is full")


def _shown(
    request: Request, settings: Settings, link: str | None
) -> tuple[str, frozenset[CredentialKind]]:
    """The secret a request shows: by its header, else in its path, else by its cookie."""
    if is_bearer(request.headers):
        return request.headers["authorization"].partition(" ")[2].strip(), _BY_HEADER
    if link is not None:
        return link, _BY_PATH
    return request.cookies.get(cookie_name(settings), ""), _BY_COOKIE
