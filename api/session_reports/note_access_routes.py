"""A coach's notebook: opening it on a device, its passphrase, and its recovery code."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from api.accounts.credentials import IssuedSecret
from api.crypto.password_hashing import hash_password, verify_password
from api.http.cookies import notes_cookie, set_secret_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, Permission, Permissions
from api.http.principal import Principal
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.personal_links import one_time_codes as codes
from api.personal_links.one_time_codes import CodePurpose
from api.services import Services
from api.session_reports import note_access as note_opening
from api.session_reports.note_access import NotesStatus
from coach.errors import NotAllowedError

NOTES = APIRouter(prefix=API, tags=["me"])


class Passphrase(BaseModel):
    """What opens a coach's notes on another device: their passphrase, or a recovery code."""

    passphrase: Annotated[str, Field(max_length=1000)]
    code: Annotated[
        str,
        Field(max_length=40, description="From a mail; asked for where this server sends mail."),
    ] = ""


class RecoveryCode(BaseModel):
    """A code that opens a coach's notes once; it is shown this once."""

    code: str


@NOTES.get("/me/notes", responses=problem_responses())
def my_notes(services: ServicesDep, principal: PrincipalDep) -> NotesStatus:
    """Whether your notes are open on this device, and whether a passphrase opens them elsewhere."""
    with services.database.reading() as tx:
        return note_opening.read_notes_status(tx, principal)


@NOTES.put(
    "/me/notes/passphrase", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409, 422)
)
def choose_passphrase(body: Passphrase, services: ServicesDep, principal: PrincipalDep) -> None:
    """Choose the passphrase that opens your notes on other devices."""
    note_opening.refuse_weak_passphrase(body.passphrase)
    hashed = hash_password(body.passphrase)
    with services.database.writing() as tx:
        note_opening.choose_passphrase(tx, principal, hashed)


@NOTES.post("/me/notes/open", responses=problem_responses(422))
def open_notes(
    body: Passphrase, services: ServicesDep, principal: PrincipalDep, response: Response
) -> NotesStatus:
    """Open your notes on this device by your passphrase or recovery code.

    Five wrong ones lock for a while. Where this server sends mail, a one-time code is needed too.
    """
    opened, key = open_notes_by_passphrase(services, principal, body.passphrase, body.code)
    set_note_key_cookie(response, services, principal, key)
    with services.database.reading() as tx:
        return note_opening.read_notes_status(tx, opened)


@NOTES.post(
    "/me/notes/recovery-code", status_code=HTTPStatus.CREATED, responses=problem_responses(409)
)
def make_recovery_code(services: ServicesDep, principal: PrincipalDep) -> RecoveryCode:
    """Make a code that opens your notes once; one made before stops working."""
    with services.database.writing() as tx:
        return RecoveryCode(code=note_opening.make_recovery_code(tx, principal))


@NOTES.post("/me/notes/afresh", responses=problem_responses(409))
def begin_afresh(services: ServicesDep, principal: PrincipalDep, response: Response) -> NotesStatus:
    """Begin a new notebook on this device; earlier notes stay closed until they are opened."""
    with services.database.writing() as tx:
        opened, key = note_opening.begin_afresh(tx, principal, now=services.now())
        notes_status = note_opening.read_notes_status(tx, opened)
    set_note_key_cookie(response, services, principal, key)
    return notes_status


def open_notes_by_passphrase(
    services: Services, principal: Principal, typed: str, code: str
) -> tuple[Principal, IssuedSecret]:
    """The viewer with their notes open and a device's key to them, for what opens them.

    Where this server sends mail, that is the passphrase and the code of a mail; the code alone
    opens nothing, because the programme office can change where mails go.

    Raises:
        NotAllowedError: one of them is not right, or there were too many tries.
    """
    now = services.now()
    with services.database.reading() as tx:
        gates = note_opening.passphrase_hashes(tx, principal)
    matching_notebook = next(
        (one for one, gate in gates.items() if verify_password(typed, gate)), None
    )
    sends, right = services.settings.mail.enabled, None
    with services.database.writing() as tx:
        if sends:
            right = codes.verify_code(
                tx, services.keyring, principal, CodePurpose.NOTES, code, now=now
            )
        code_accepted = right is not None or not sends
        opened = (
            note_opening.open_notebook(
                tx, principal, typed, matching_notebook=matching_notebook, now=now
            )
            if code_accepted
            else None
        )
        if right is not None and opened is not None:
            codes.mark_used(right, now=now)
    if not code_accepted:
        raise codes.wrong_code_error()
    if opened is None:
        raise NotAllowedError(
            "neither your passphrase nor your recovery code, or there were too many tries"
        )
    return opened


def set_note_key_cookie(
    answer: Response, services: Services, principal: Principal, key: IssuedSecret | None
) -> None:
    """Leave a device's key to a coach's notes, where one was made, in its browser."""
    if key is not None and principal.person_id is not None:
        name = notes_cookie(services.settings, principal.person_id)
        seconds = int((key.expires_at - services.now()).total_seconds())
        set_secret_cookie(answer, services.settings, name, key.secret, seconds)


ROUTERS = (NOTES,)
PERMISSIONS: Permissions = {
    ("GET", API + "/me/notes"): Permission(COACH),
    ("PUT", API + "/me/notes/passphrase"): Permission(COACH),
    ("POST", API + "/me/notes/open"): Permission(COACH),
    ("POST", API + "/me/notes/recovery-code"): Permission(COACH),
    ("POST", API + "/me/notes/afresh"): Permission(COACH),
}
