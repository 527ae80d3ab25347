"""Pages for access to a coach's notes: status, passphrase, recovery code and notebooks."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import APIRouter, Request, Response

from api.http import urls
from api.http.dependencies import PrincipalDep, ServicesDep, principal_of, services_for
from api.http.permissions import COACH, Permission, Permissions
from api.personal_links.one_time_codes import send_note_code
from api.services import Services
from api.session_reports import altered_notes, devices, note_access
from api.session_reports.device_keys import remember_version, set_device_key_cookie
from api.session_reports.device_names import device_name
from api.session_reports.devices import EndedDevices
from api.session_reports.first_note import SETUP_FIELDS, confirm
from api.session_reports.note_access import NotebookAccess
from api.session_reports.note_access_routes import MailedCode, NewPassphrase, Passphrase
from api.session_reports.notebook_integrity import NotebookAlteredError
from api.web.date_formats import format_datetime
from api.web.rendering import FormFields, parse_form, redirect_after_post, render_page
from coach.errors import ConflictError, NotAllowedError, UnusableInputError
from coach.texts.facts import Displayed

NOTES = APIRouter(prefix="/p/{link}/notes", include_in_schema=False)


@NOTES.get("")
def show(link: str, request: Request) -> Response:
    """Show the status of the coach's notes on this device, and the actions that are available."""
    return _render_notebook(link, request, {})


@NOTES.post("/begin")
def begin(
    link: str,
    request: Request,
    form_fields: FormFields,
) -> Response:
    """Start the first notebook on this device, and show its recovery code."""
    return _start(link, request, form_fields, further=False)


@NOTES.post("/confirm")
def confirm_notebook(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Confirm a notebook with its retyped recovery code, or with a passphrase."""
    entered = {field: form_fields.get(field, "").strip() for field in SETUP_FIELDS}
    try:
        access = confirm(services, principal, entered)
    except NotAllowedError as error:
        return _render_notebook(link, request, {"recovery_code": error.shown})
    except UnusableInputError as error:
        return _render_notebook(link, request, error.by_column)
    response = redirect_after_post(urls.person_notes(link))
    remember_notebook(response, services, access)
    return response


@NOTES.post("/passphrase")
def choose(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Set the passphrase of the unlocked notebook."""
    form = parse_form(NewPassphrase, form_fields)
    try:
        note_access.choose_passphrase(services, principal, form.passphrase)
    except UnusableInputError as error:
        return _render_notebook(link, request, error.by_column)
    return redirect_after_post(urls.person_notes(link))


@NOTES.post("/open")
def open_here(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Unlock the notes on this device with the passphrase or the recovery code."""
    form = parse_form(Passphrase, form_fields)
    try:
        access = note_access.unlock_notes(
            services, principal, form.passphrase, form.code, device=device_name(request)
        )
    except NotAllowedError as error:
        return _render_notebook(link, request, {"passphrase": error.shown})
    except NotebookAlteredError as error:
        return _render_notebook(link, request, {"": error.shown})
    return _answer(link, request, services, access)


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
    return _render_recovery_code(link, request, code, to_confirm=not principal.notes_unlocked)


@NOTES.post("/afresh")
def start_new_notebook(link: str, request: Request, form_fields: FormFields) -> Response:
    """Start a new notebook on this device and show its recovery code."""
    return _start(link, request, form_fields, further=True)


@NOTES.post("/accept")
def accept(link: str, services: ServicesDep, principal: PrincipalDep) -> Response:
    """Continue with the current notes after a change outside the application."""
    version = altered_notes.accept_notes(services, principal)
    response = redirect_after_post(urls.person_notes(link))
    remember_version(response, services, principal, version)
    return response


@NOTES.post("/devices/end-others")
def end_other_devices(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Lock the notes on all devices except this one; show the new recovery code, if any."""
    return _after_end(link, request, devices.end_other_devices(services, principal))


@NOTES.post("/devices/{device_id}/end")
def end_device(
    link: str, device_id: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Lock the notes on a device, which can be this one; show the new recovery code, if any."""
    return _after_end(link, request, devices.end_device(services, principal, device_id))


def remember_notebook(response: Response, services: Services, access: NotebookAccess) -> None:
    """Set the cookies that a device needs after a notebook was started, unlocked or confirmed."""
    if access.secrets is not None:
        set_device_key_cookie(response, services, access.principal, access.secrets.device_key)
    remember_version(response, services, access.principal, access.version)


def _start(
    link: str, request: Request, form_fields: Mapping[str, str], *, further: bool
) -> Response:
    """Start a notebook and show its recovery code."""
    services, principal = services_for(request), principal_of(request)
    code = parse_form(MailedCode, form_fields).code
    try:
        access = note_access.begin_notebook(
            services, principal, code, further=further, device=device_name(request)
        )
    except NotAllowedError as error:
        return _render_notebook(link, request, {"code": error.shown})
    return _answer(link, request, services, access)


def _answer(link: str, request: Request, services: Services, access: NotebookAccess) -> Response:
    """Show the new recovery code, if there is one; otherwise, return to the notes page."""
    code = None if access.secrets is None else access.secrets.recovery_code
    if code is None:
        response: Response = redirect_after_post(urls.person_notes(link))
    else:
        to_confirm = access.status.needs_confirmation
        response = _render_recovery_code(link, request, code, to_confirm=to_confirm)
    remember_notebook(response, services, access)
    return response


def _after_end(link: str, request: Request, ended: EndedDevices) -> Response:
    if ended.recovery_code is None:
        return redirect_after_post(urls.person_notes(link))
    return _render_recovery_code(
        link,
        request,
        ended.recovery_code,
        to_confirm=False,
        passphrase_removed=ended.passphrase_removed,
    )


def _render_recovery_code(
    link: str, request: Request, code: str, *, to_confirm: bool, passphrase_removed: bool = False
) -> Response:
    """Render the page that shows a recovery code and, if the notebook is new, asks for it."""
    return render_page(
        request,
        "session_reports/recovery_code.html",
        home=urls.person(link),
        notes=urls.person_notes(link),
        code=code,
        to_confirm=to_confirm,
        passphrase_removed=passphrase_removed,
        faults={},
        entered=dict.fromkeys(SETUP_FIELDS, ""),
    )


def _render_notebook(link: str, request: Request, faults: Mapping[str, Displayed]) -> Response:
    services, principal = services_for(request), principal_of(request)
    overview = note_access.read_notes_overview(services, principal)
    zone = overview.zone
    status = overview.status
    response = render_page(
        request,
        "session_reports/notebook.html",
        422 if faults else 200,
        home=urls.person(link),
        address=urls.person_notes(link),
        notes_status=status,
        begun=status.begun_at and format_datetime(status.begun_at, zone),
        devices=[(each, format_datetime(each.opened_at, zone)) for each in overview.devices],
        problem=overview.problem and overview.problem.shown,
        problem_is_acceptable=overview.problem is not None and overview.problem.is_acceptable,
        restored_to=overview.restored_to,
        needs_code=overview.needs_code,
        code_sent=overview.code_sent,
        faults=faults,
        entered=dict.fromkeys(SETUP_FIELDS, ""),
    )
    if overview.version is not None:
        remember_version(response, services, principal, overview.version)
    return response


ROUTERS = (NOTES,)
_OWN_VERIFIED = Permission(COACH, own_only=True, requires_verification=True)
PERMISSIONS: Permissions = {
    ("GET", "/p/{link}/notes"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/begin"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/confirm"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/passphrase"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/open"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/code"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/recovery-code"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/afresh"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/accept"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/devices/end-others"): _OWN_VERIFIED,
    ("POST", "/p/{link}/notes/devices/{device_id}/end"): _OWN_VERIFIED,
}
