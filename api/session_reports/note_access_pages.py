"""Where a coach's notes open: the passphrase for further devices."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.crypto.password_hashing import hash_password
from api.http import urls as addresses
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, Permission, Permissions
from api.personal_links import one_time_codes as codes
from api.personal_links.one_time_codes import CodePurpose
from api.personal_links.routes import request_note_code
from api.session_reports import note_access as note_opening
from api.session_reports.note_access_routes import (
    Passphrase,
    open_notes_by_passphrase,
    set_note_key_cookie,
)
from api.web.rendering import FormFields, as_sentence, parse_form, redirect_after_post, render_page
from coach.errors import ConflictError, NotAllowedError, UnusableInputError

NOTES = APIRouter(prefix="/p/{link}/notes", include_in_schema=False)


@NOTES.get("")
def show(link: str, request: Request, services: ServicesDep, principal: PrincipalDep) -> Response:
    """How it stands with the notes on this device, and the form that goes with it."""
    return _render(link, request, services, principal, {})


@NOTES.post("/passphrase")
def choose(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Choose the passphrase, where the notes are open."""
    passphrase_form = parse_form(Passphrase, form_fields)
    try:
        note_opening.refuse_weak_passphrase(passphrase_form.passphrase)
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _render(link, request, services, principal, faults)
    hashed = hash_password(passphrase_form.passphrase)
    with services.database.writing() as tx:
        note_opening.choose_passphrase(tx, principal, hashed)
    return redirect_after_post(addresses.person_notes(link))


@NOTES.post("/open")
def open_here(
    link: str,
    request: Request,
    form_fields: FormFields,
    services: ServicesDep,
    principal: PrincipalDep,
) -> Response:
    """Open the notes on this device by the passphrase or the recovery code."""
    passphrase_form = parse_form(Passphrase, form_fields)
    try:
        _, key = open_notes_by_passphrase(
            services, principal, passphrase_form.passphrase, passphrase_form.code
        )
    except NotAllowedError as error:
        return _render(link, request, services, principal, {"passphrase": as_sentence(str(error))})
    response = redirect_after_post(addresses.person_notes(link))
    set_note_key_cookie(response, services, principal, key)
    return response


@NOTES.post("/code")
def send_code(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Have a code sent that opens the notes here, together with the passphrase."""
    try:
        request_note_code(services, principal)
    except ConflictError as error:
        return _render(link, request, services, principal, {"": as_sentence(str(error))})
    return redirect_after_post(addresses.person_notes(link))


@NOTES.post("/recovery-code")
def make_code(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Make a recovery code and show it this once."""
    with services.database.writing() as tx:
        code = note_opening.make_recovery_code(tx, principal)
    return code_page(request, link, code, addresses.person_notes(link))


@NOTES.post("/afresh")
def begin_afresh(
    link: str, request: Request, services: ServicesDep, principal: PrincipalDep
) -> Response:
    """Begin a new notebook on this device, and show its recovery code this once."""
    with services.database.writing() as tx:
        opened, key = note_opening.begin_afresh(tx, principal, now=services.now())
        code = note_opening.make_recovery_code(tx, opened)
    answer = code_page(request, link, code, addresses.person_notes(link))
    set_note_key_cookie(answer, services, principal, key)
    return answer


def code_page(request: Request, link: str, code: str, go_on_to: str) -> Response:
    """The page that shows a recovery code this once."""
    return render_page(
        request,
        "session_reports/recovery_code.html",
        home=addresses.person(link),
        notes=addresses.person_notes(link),
        code=code,
        go_on_to=go_on_to,
    )


def _render(
    link: str,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    faults: dict[str, str],
) -> Response:
    with services.database.reading() as tx:
        notes_status = note_opening.read_notes_status(tx, principal)
        code = codes.active_code(tx, principal, CodePurpose.NOTES, now=services.now())
    return render_page(
        request,
        "session_reports/notebook.html",
        422 if faults else 200,
        home=addresses.person(link),
        address=addresses.person_notes(link),
        notes_status=notes_status,
        needs_code=services.settings.mail.enabled,
        code_sent=code is not None,
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
