"""JSON routes for access to a coach's notes: status, passphrase, recovery code and notebooks."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, Field

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, Permission, Permissions
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.services import Services
from api.session_reports import altered_notes, devices, note_access
from api.session_reports.device_keys import remember_version, set_device_key_cookie
from api.session_reports.device_names import device_name
from api.session_reports.devices import EndedDevices, NotesDevice
from api.session_reports.note_access import NotebookAccess
from api.session_reports.notebooks import NotesStatus

NOTES = APIRouter(prefix=f"{API}/me/notes", tags=["me"])


class MailedCode(BaseModel):
    """A one-time code from an email.

    It is required if this server sends email, unless your device was verified by a code in the last
    two hours.
    """

    code: Annotated[
        str,
        Field(
            max_length=40,
            description="The one-time code from an email. It is required if this server sends "
            "email, unless your device was verified by a code in the last two hours.",
        ),
    ] = ""


class NewPassphrase(BaseModel):
    """A passphrase for a coach's notes."""

    passphrase: Annotated[str, Field(max_length=1000)]


class Passphrase(MailedCode):
    """A passphrase or recovery code that unlocks a coach's notes on another device."""

    passphrase: Annotated[str, Field(max_length=1000)]


class RecoveryCode(BaseModel):
    """A single-use code that unlocks a coach's notes. It cannot be retrieved later."""

    code: Annotated[str, Field(max_length=40)]


class OpenedNotes(NotesStatus):
    """The status of your notes, with a recovery code if a new one was created."""

    recovery_code: Annotated[
        str | None,
        Field(
            description="Opens your notes once on another device. It cannot be retrieved later "
            "and replaces any earlier code."
        ),
    ] = None


@NOTES.get("", responses=problem_responses())
def my_notes(services: ServicesDep, principal: PrincipalDep) -> NotesStatus:
    """Get the status of your notes on this device, and the secrets that can unlock them."""
    return note_access.read_notes_status(services, principal)


@NOTES.post("/begin", responses=problem_responses(409, 422))
def begin_notebook(
    body: MailedCode,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    response: Response,
) -> OpenedNotes:
    """Start your first notebook on this device, and get its recovery code.

    You can write notes once you have confirmed the notebook, with the recovery code or with a
    passphrase, because your notes are lost if you lose this device and have neither.
    """
    access = note_access.begin_notebook(
        services, principal, body.code, further=False, device=device_name(request)
    )
    return _answer(response, services, access)


@NOTES.post("/confirm", responses=problem_responses(422))
def confirm_notebook(
    body: RecoveryCode, services: ServicesDep, principal: PrincipalDep, response: Response
) -> OpenedNotes:
    """Confirm the notebook that you started on this device by entering its recovery code.

    The code still unlocks your notes once on another device.
    """
    access = note_access.confirm_notebook(services, principal, body.code)
    return _answer(response, services, access)


@NOTES.put("/passphrase", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409, 422))
def choose_passphrase(body: NewPassphrase, services: ServicesDep, principal: PrincipalDep) -> None:
    """Set the passphrase that unlocks your notes on other devices, and confirm the notebook."""
    note_access.choose_passphrase(services, principal, body.passphrase)


@NOTES.post("/open", responses=problem_responses(409, 422))
def open_notes(
    body: Passphrase,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    response: Response,
) -> OpenedNotes:
    """Unlock your notes on this device with your passphrase or recovery code.

    After five wrong attempts, no further attempt is accepted for 15 minutes. A recovery code is
    replaced by a new one.
    """
    access = note_access.unlock_notes(
        services, principal, body.passphrase, body.code, device=device_name(request)
    )
    return _answer(response, services, access)


@NOTES.post("/recovery-code", status_code=HTTPStatus.CREATED, responses=problem_responses(409))
def make_recovery_code(services: ServicesDep, principal: PrincipalDep) -> RecoveryCode:
    """Create a single-use recovery code for your notes. Any earlier code stops working."""
    return RecoveryCode(code=note_access.make_recovery_code(services, principal))


@NOTES.post("/afresh", operation_id="begin_afresh", responses=problem_responses(409, 422))
def start_new_notebook(
    body: MailedCode,
    request: Request,
    services: ServicesDep,
    principal: PrincipalDep,
    response: Response,
) -> OpenedNotes:
    """Start a new notebook on this device. Earlier notebooks stay locked until you unlock them."""
    access = note_access.begin_notebook(
        services, principal, body.code, further=True, device=device_name(request)
    )
    return _answer(response, services, access)


@NOTES.post("/accept", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409))
def accept_notes(services: ServicesDep, principal: PrincipalDep, response: Response) -> None:
    """Continue with your current notes after they were changed outside this application."""
    version = altered_notes.accept_notes(services, principal)
    remember_version(response, services, principal, version)


@NOTES.get("/devices", responses=problem_responses())
def list_notes_devices(services: ServicesDep, principal: PrincipalDep) -> tuple[NotesDevice, ...]:
    """List the devices on which your notes are unlocked."""
    return devices.list_devices(services, principal)


@NOTES.delete("/devices/{device_id}", responses=problem_responses(404, 409))
def end_notes_device(
    device_id: str, services: ServicesDep, principal: PrincipalDep
) -> EndedDevices:
    """Lock your notes on a device, which can be this one.

    If it is another device, a passphrase and a recovery code that were set after you unlocked your
    notes on that device stop working, because they may have been set there. You then get a new
    code.
    """
    return devices.end_device(services, principal, device_id)


def _answer(response: Response, services: Services, access: NotebookAccess) -> OpenedNotes:
    """Return the status of the notes, and set the cookies that the device needs."""
    secrets = access.secrets
    if secrets is not None:
        set_device_key_cookie(response, services, access.principal, secrets.device_key)
    remember_version(response, services, access.principal, access.version)
    return OpenedNotes(
        **access.status.model_dump(),
        recovery_code=None if secrets is None else secrets.recovery_code,
    )


ROUTERS = (NOTES,)
_VERIFIED = Permission(COACH, requires_verification=True)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/notes"): _VERIFIED,
    ("POST", API + "/me/notes/begin"): _VERIFIED,
    ("POST", API + "/me/notes/confirm"): _VERIFIED,
    ("PUT", API + "/me/notes/passphrase"): _VERIFIED,
    ("POST", API + "/me/notes/open"): _VERIFIED,
    ("POST", API + "/me/notes/recovery-code"): _VERIFIED,
    ("POST", API + "/me/notes/afresh"): _VERIFIED,
    ("POST", API + "/me/notes/accept"): _VERIFIED,
    ("GET", API + "/me/notes/devices"): _VERIFIED,
    ("DELETE", API + "/me/notes/devices/{device_id}"): _VERIFIED,
}
