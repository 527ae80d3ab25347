"""JSON routes for access to a coach's notes: status, passphrase, recovery code and notebooks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.session_reports import note_access
from api.session_reports.device_keys import set_device_key_cookie
from api.session_reports.notebooks import NotesStatus

NOTES = APIRouter(prefix=API, tags=["me"])


class Passphrase(BaseModel):
    """A passphrase or recovery code that opens a coach's notes on another device."""

    passphrase: Annotated[str, Field(max_length=1000)]
    code: Annotated[
        str,
        Field(
            max_length=40,
            description="The one-time code from an email; required if this server sends email.",
        ),
    ] = ""


class RecoveryCode(BaseModel):
    """A single-use code that opens a coach's notes. It cannot be retrieved later."""

    code: str


class NewNotebook(NotesStatus):
    """The status of your notes after starting a new notebook, and the notebook's recovery code."""

    recovery_code: Annotated[
        str,
        Field(
            description="Opens the new notebook once on another device. It cannot be retrieved "
            "later."
        ),
    ]


@NOTES.get("/me/notes", responses=problem_responses())
def my_notes(services: ServicesDep, principal: PrincipalDep) -> NotesStatus:
    """Get whether your notes are open on this device, and which secrets can open them."""
    return note_access.read_notes_status(services, principal)


@NOTES.put(
    "/me/notes/passphrase", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409, 422)
)
def choose_passphrase(body: Passphrase, services: ServicesDep, principal: PrincipalDep) -> None:
    """Choose the passphrase that opens your notes on other devices."""
    note_access.choose_passphrase(services, principal, body.passphrase)


@NOTES.post("/me/notes/open", responses=problem_responses(422))
def open_notes(
    body: Passphrase, services: ServicesDep, principal: PrincipalDep, response: Response
) -> NotesStatus:
    """Open your notes on this device with your passphrase or recovery code.

    After five wrong attempts, your notes are locked for 15 minutes. If this server sends email, a
    one-time code from an email is also required.
    """
    opened = note_access.open_notes(services, principal, body.passphrase, body.code)
    set_device_key_cookie(response, services, principal, opened.device_key)
    return opened.status


@NOTES.post(
    "/me/notes/recovery-code", status_code=HTTPStatus.CREATED, responses=problem_responses(409)
)
def make_recovery_code(services: ServicesDep, principal: PrincipalDep) -> RecoveryCode:
    """Create a single-use recovery code for your notes. Any earlier code stops working."""
    return RecoveryCode(code=note_access.make_recovery_code(services, principal))


@NOTES.post("/me/notes/afresh", operation_id="begin_afresh", responses=problem_responses(409))
def start_new_notebook(
    services: ServicesDep, principal: PrincipalDep, response: Response
) -> NewNotebook:
    """Start a new notebook on this device. Earlier notebooks stay closed until you open them."""
    started = note_access.start_new_notebook(services, principal)
    set_device_key_cookie(response, services, principal, started.secrets.device_key)
    return NewNotebook(**started.status.model_dump(), recovery_code=started.secrets.recovery_code)


ROUTERS = (NOTES,)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/notes"): Permission(COACH),
    ("PUT", API + "/me/notes/passphrase"): Permission(COACH),
    ("POST", API + "/me/notes/open"): Permission(COACH),
    ("POST", API + "/me/notes/recovery-code"): Permission(COACH),
    ("POST", API + "/me/notes/afresh"): Permission(COACH),
}
