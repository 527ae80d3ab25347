"""JSON routes of a coach's access to their notes: status, passphrase, recovery code, notebooks."""

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
    """What opens a coach's notes on another device: their passphrase, or a recovery code."""

    passphrase: Annotated[str, Field(max_length=1000)]
    code: Annotated[
        str,
        Field(max_length=40, description="From a mail; required if this server sends mail."),
    ] = ""


class RecoveryCode(BaseModel):
    """A code that opens a coach's notes once. It is not shown again."""

    code: str


class NewNotebook(NotesStatus):
    """The state of your notes with the new notebook open on this device."""

    recovery_code: Annotated[
        str,
        Field(description="Opens the new notebook once on another device. It is not shown again."),
    ]


@NOTES.get("/me/notes", responses=problem_responses())
def my_notes(services: ServicesDep, principal: PrincipalDep) -> NotesStatus:
    """Whether your notes are open on this device, and whether a passphrase opens them elsewhere."""
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
    """Open your notes on this device by your passphrase or recovery code.

    After five wrong attempts they are locked for a quarter of an hour. If this server sends mail, a
    one-time code from a mail is required as well.
    """
    opened = note_access.open_notes(services, principal, body.passphrase, body.code)
    set_device_key_cookie(response, services, principal, opened.device_key)
    return opened.status


@NOTES.post(
    "/me/notes/recovery-code", status_code=HTTPStatus.CREATED, responses=problem_responses(409)
)
def make_recovery_code(services: ServicesDep, principal: PrincipalDep) -> RecoveryCode:
    """Make a code that opens your notes once; an earlier code stops working."""
    return RecoveryCode(code=note_access.make_recovery_code(services, principal))


@NOTES.post("/me/notes/afresh", responses=problem_responses(409))
def begin_afresh(services: ServicesDep, principal: PrincipalDep, response: Response) -> NewNotebook:
    """Start a new notebook on this device; earlier notes stay closed until they are opened."""
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
