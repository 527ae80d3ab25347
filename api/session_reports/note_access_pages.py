"""Pages for access to a coach's notes: status, passphrase, recovery code and notebooks."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import COACH, Permission, Permissions
from api.personal_links.one_time_codes import send_note_code
from api.session_reports import note_access
from api.session_reports.device_keys import set_device_key_cookie
from api.session_reports.note_access_routes import Passphrase
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import ConflictError, NotAllowedError, UnusableInputError
from coach.texts.facts import Displayed

NOTES = APIRouter(prefix="/p/{link}/notes", include_in_schema=False)


@NOTES.get("")
def show(link: str, request: Request) -> Response:
    """Show the status of the coach's notes on this device, and the actions that are available."""
    return _render_notebook(link, request, {})


@NOTES.post("/passphrase")
def choose(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Set the passphrase of the open notebook."""
    form = parse_form(Passphrase, form_fields)
    try:
        note_access.choose_passphrase(services, principal, form.passphrase)
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _render_notebook(link, request, faults)
    return redirect_after_post(urls.person_notes(link))


@NOTES.post("/open")
def open_here(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Open the notes on this device with the passphrase or the recovery code."""
    form = parse_form(Passphrase, form_fields)
    try:
        opened = note_access.open_notes(services, principal, form.passphrase, form.code)
    except NotAllowedError as error:
        return _render_notebook(link, request, {"passphrase": error.shown})
    response = redirect_after_post(urls.person_notes(link))
    set_device_key_cookie(response, services, principal, opened.device_key)
    return response


@NOTES.post("/code")
def send_code(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Email the one-time code that is required in addition to the passphrase."""
    try:
        send_note_code(services, principal)
    except ConflictError as error:
        return _render_notebook(link, request, {"": error.shown})
    return redirect_after_post(urls.person_notes(link))


@NOTES.post("/recovery-code")
def make_code(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Create a recovery code and show it once."""
    code = note_access.make_recovery_code(services, principal)
    return render_recovery_code(request, link, code, next_page=urls.person_notes(link))


@NOTES.post("/afresh")
def start_new_notebook(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Start a new notebook on this device and show its recovery code."""
    started = note_access.start_new_notebook(services, principal)
    response = render_recovery_code(
        request, link, started.secrets.recovery_code, next_page=urls.person_notes(link)
    )
    set_device_key_cookie(response, services, principal, started.secrets.device_key)
    return response


def render_recovery_code(request: Request, link: str, code: str, *, next_page: str) -> Response:
    """Render the page that shows a recovery code."""
    return render_page(
        request,
        "session_reports/recovery_code.html",
        home=urls.person(link),
        notes=urls.person_notes(link),
        code=code,
        next_page=next_page,
    )


def _render_notebook(link: str, request: Request, faults: Mapping[str, Displayed]) -> Response:
    services, principal = services_for(request), principal_of(request)
    overview = note_access.read_notes_overview(services, principal)
    return render_page(
        request,
        "session_reports/notebook.html",
        422 if faults else 200,
        home=urls.person(link),
        address=urls.person_notes(link),
        notes_status=overview.status,
        needs_code=services.settings.mail.enabled,
        code_sent=overview.code_sent,
        faults=faults,
        entered={"passphrase": "", "code": ""},
    )


ROUTERS = (NOTES,)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/notes"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/passphrase"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/open"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/code"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/recovery-code"): Permission(COACH, own_only=True),
    ("POST", "/p/{link}/notes/afresh"): Permission(COACH, own_only=True),
}
