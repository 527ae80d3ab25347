"""Where a coach's notes open: the passphrase for further devices."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from api.accounts.routes import Passphrase, leave_note_key, opened_by_passphrase
from api.crypto.password_hashing import hash_password
from api.http import urls as addresses
from api.http.authentication import ServicesDep, ViewerDep
from api.personal_links import one_time_codes as codes
from api.personal_links.one_time_codes import Purpose
from api.personal_links.routes import ask_for_note_code
from api.session_reports import note_access as note_opening
from api.web.rendering import Typed, go_on, page, sentence, taken
from coach.errors import ConflictError, NotAllowedError, UnusableInputError

NOTES = APIRouter(prefix="/p/{link}/notes", include_in_schema=False)


@NOTES.get("")
def show(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """How it stands with the notes on this device, and the form that goes with it."""
    return _draw(link, request, services, viewer, {})


@NOTES.post("/passphrase")
def choose(
    link: str, request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Choose the passphrase, where the notes are open."""
    asked = taken(Passphrase, typed)
    try:
        note_opening.refuse_weak_passphrase(asked.passphrase)
    except UnusableInputError as error:
        faults = {fault.column: fault.message for fault in error.faults}
        return _draw(link, request, services, viewer, faults)
    hashed = hash_password(asked.passphrase)
    with services.database.writing() as tx:
        note_opening.choose_passphrase(tx, viewer, hashed)
    return go_on(addresses.person_notes(link))


@NOTES.post("/open")
def open_here(
    link: str, request: Request, typed: Typed, services: ServicesDep, viewer: ViewerDep
) -> Response:
    """Open the notes on this device by the passphrase or the recovery code."""
    asked = taken(Passphrase, typed)
    try:
        _, key = opened_by_passphrase(services, viewer, asked.passphrase, asked.code)
    except NotAllowedError as error:
        return _draw(link, request, services, viewer, {"passphrase": sentence(str(error))})
    gone_on = go_on(addresses.person_notes(link))
    leave_note_key(gone_on, services, viewer, key)
    return gone_on


@NOTES.post("/code")
def send_code(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Have a code sent that opens the notes here, together with the passphrase."""
    try:
        ask_for_note_code(services, viewer)
    except ConflictError as error:
        return _draw(link, request, services, viewer, {"": sentence(str(error))})
    return go_on(addresses.person_notes(link))


@NOTES.post("/recovery-code")
def make_code(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Make a recovery code and show it this once."""
    with services.database.writing() as tx:
        code = note_opening.make_recovery_code(tx, viewer)
    return code_page(request, link, code, addresses.person_notes(link))


@NOTES.post("/afresh")
def begin_afresh(link: str, request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Begin a new notebook on this device, and show its recovery code this once."""
    with services.database.writing() as tx:
        opened, key = note_opening.begin_afresh(tx, viewer, now=services.now())
        code = note_opening.make_recovery_code(tx, opened)
    answer = code_page(request, link, code, addresses.person_notes(link))
    leave_note_key(answer, services, viewer, key)
    return answer


def code_page(request: Request, link: str, code: str, go_on_to: str) -> Response:
    """The page that shows a recovery code this once."""
    return page(
        request,
        "session_reports/recovery_code.html",
        home=addresses.person(link),
        notes=addresses.person_notes(link),
        code=code,
        go_on_to=go_on_to,
    )


def _draw(
    link: str,
    request: Request,
    services: ServicesDep,
    viewer: ViewerDep,
    faults: dict[str, str],
) -> Response:
    with services.database.reading() as tx:
        opening = note_opening.opening_of(tx, viewer)
        code = codes.open_code(tx, viewer, Purpose.NOTES, now=services.now())
    return page(
        request,
        "session_reports/notebook.html",
        422 if faults else 200,
        home=addresses.person(link),
        address=addresses.person_notes(link),
        opening=opening,
        needs_code=services.settings.mail.on,
        code_sent=code is not None,
        faults=faults,
        entered={"passphrase": "", "code": ""},
    )
