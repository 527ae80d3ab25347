"""Who you are, and the secrets that open something."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.accounts import credentials
from api.accounts.credentials import CredentialView, Issued
from api.crypto.password_hashing import hash_password, password_fits
from api.http.authentication import ServicesDep, ViewerDep
from api.http.cookies import (
    begun_cookie,
    cookie_name,
    half_cookie,
    leave_cookie,
    notes_cookie,
)
from api.http.principal import AccessRole, Viewer
from api.http.problem_details import documented
from api.http.urls import API, own_page, person
from api.http.urls import SIGN_IN as SIGN_IN_PAGE
from api.personal_links import one_time_codes as codes
from api.personal_links.one_time_codes import Purpose
from api.services import Services
from api.session_reports import note_access as note_opening
from api.session_reports.note_access import Opening
from api.sessions import schedule
from api.sessions.schedule import PersonPage
from api.settings import Settings
from coach.errors import NotAllowedError
from coach.feedback import OneLine

ME = APIRouter(prefix=API, tags=["me"])
LINKS = APIRouter(prefix=API, tags=["people"])
SIGN_IN = APIRouter(include_in_schema=False)


class Me(BaseModel):
    """Who is asking."""

    role: AccessRole
    person_id: str | None
    cycle_id: str | None


class TokenRequest(BaseModel):
    """What a bearer token is for, and how many days it works."""

    label: Annotated[str, Field(min_length=1, max_length=200, examples=["HR export"]), OneLine]
    days: Annotated[int, Field(ge=1, le=366)] = 90


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


class Link(BaseModel):
    """A person's secret link: whoever has it sees and does what is theirs."""

    address: str
    credential: Issued


@ME.get("/me", responses=documented())
def me(viewer: ViewerDep) -> Me:
    """Who you are."""
    return Me(role=viewer.role, person_id=viewer.person_id, cycle_id=viewer.cycle_id)


@ME.get("/me/sessions", responses=documented(404))
def my_sessions(services: ServicesDep, viewer: ViewerDep) -> PersonPage:
    """Your own sessions, in your time zone."""
    with services.database.reading() as tx:
        return schedule.person_page(tx, viewer.person_id or "")


@ME.get("/me/credentials", responses=documented())
def my_credentials(services: ServicesDep, viewer: ViewerDep) -> tuple[CredentialView, ...]:
    """Your signed-in browsers and your tokens, without their secrets."""
    with services.database.reading() as tx:
        return credentials.credentials_of(tx, viewer)


@ME.post("/me/credentials", status_code=HTTPStatus.CREATED, responses=documented(422))
def make_token(asked: TokenRequest, services: ServicesDep, viewer: ViewerDep) -> Issued:
    """Make a bearer token for a program; its secret is shown this once."""
    with services.database.writing() as tx:
        return credentials.issue_token(
            tx, viewer, asked.label, now=services.now(), lasting=timedelta(days=asked.days)
        )


@ME.delete(
    "/credentials/{credential_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=documented(404),
)
def revoke(credential_id: str, services: ServicesDep, viewer: ViewerDep) -> None:
    """Make one of your credentials, or a person's link, stop working."""
    with services.database.writing() as tx:
        credentials.revoke(tx, viewer, credential_id, now=services.now())


@ME.get("/me/notes", responses=documented())
def my_notes(services: ServicesDep, viewer: ViewerDep) -> Opening:
    """Whether your notes are open on this device, and whether a passphrase opens them elsewhere."""
    with services.database.reading() as tx:
        return note_opening.opening_of(tx, viewer)


@ME.put("/me/notes/passphrase", status_code=HTTPStatus.NO_CONTENT, responses=documented(409, 422))
def choose_passphrase(asked: Passphrase, services: ServicesDep, viewer: ViewerDep) -> None:
    """Choose the passphrase that opens your notes on other devices."""
    note_opening.refuse_weak_passphrase(asked.passphrase)
    hashed = hash_password(asked.passphrase)
    with services.database.writing() as tx:
        note_opening.choose_passphrase(tx, viewer, hashed)


@ME.post("/me/notes/open", responses=documented(422))
def open_notes(
    asked: Passphrase, services: ServicesDep, viewer: ViewerDep, response: Response
) -> Opening:
    """Open your notes on this device by your passphrase or recovery code.

    Five wrong ones lock for a while. Where this server sends mail, a one-time code is needed too.
    """
    opened, key = opened_by_passphrase(services, viewer, asked.passphrase, asked.code)
    leave_note_key(response, services, viewer, key)
    with services.database.reading() as tx:
        return note_opening.opening_of(tx, opened)


@ME.post("/me/notes/recovery-code", status_code=HTTPStatus.CREATED, responses=documented(409))
def make_recovery_code(services: ServicesDep, viewer: ViewerDep) -> RecoveryCode:
    """Make a code that opens your notes once; one made before stops working."""
    with services.database.writing() as tx:
        return RecoveryCode(code=note_opening.make_recovery_code(tx, viewer))


@ME.post("/me/notes/afresh", responses=documented(409))
def begin_afresh(services: ServicesDep, viewer: ViewerDep, response: Response) -> Opening:
    """Begin a new notebook on this device; earlier notes stay closed until they are opened."""
    with services.database.writing() as tx:
        opened, key = note_opening.begin_afresh(tx, viewer, now=services.now())
        opening = note_opening.opening_of(tx, opened)
    leave_note_key(response, services, viewer, key)
    return opening


@LINKS.post("/people/{person_id}/link", status_code=HTTPStatus.CREATED, responses=documented(404))
def make_link(person_id: str, services: ServicesDep) -> Link:
    """Make a person's secret link; those handed out before stop working."""
    settings = services.settings
    with services.database.writing() as tx:
        issued = credentials.issue_link(
            tx, services.keyring, person_id, now=services.now(), grace=settings.link_grace
        )
    return Link(address=settings.base_url + person(issued.secret), credential=issued)


@SIGN_IN.post("/sign-in/{secret}")
def sign_in(secret: str, services: ServicesDep) -> Response:
    """Use up a one-time secret; the browser is signed in from here on."""
    settings = services.settings
    with services.database.writing() as tx:
        cookie = credentials.sign_in(
            tx, secret, now=services.now(), lasting=timedelta(hours=settings.cookie_hours)
        )
    return signed_in(settings, cookie)


@SIGN_IN.post("/sign-out")
def sign_out(services: ServicesDep, viewer: ViewerDep) -> Response:
    """Make the browser's cookie stop working, and remove it."""
    with services.database.writing() as tx:
        credentials.revoke(tx, viewer, viewer.credential_id or "", now=services.now())
    elsewhere = "" if services.provider is None else "?signed_out=here"
    answer = RedirectResponse(SIGN_IN_PAGE + elsewhere, HTTPStatus.SEE_OTHER)
    leave_cookie(answer, services.settings, cookie_name(services.settings), "", 0)
    return answer


def signed_in(settings: Settings, cookie: Issued, go_on_to: str = "/") -> Response:
    """The answer that leaves a browser signed in, and leads on."""
    answer = RedirectResponse(own_page(go_on_to), HTTPStatus.SEE_OTHER)
    leave_signed_in(answer, settings, cookie)
    return answer


def leave_signed_in(answer: Response, settings: Settings, cookie: Issued) -> None:
    """Leave a browser signed in, and nothing of what it had begun."""
    seconds = settings.cookie_hours * 3600
    leave_cookie(answer, settings, cookie_name(settings), cookie.secret, seconds)
    for begun in (half_cookie(settings), begun_cookie(settings)):
        leave_cookie(answer, settings, begun, "", 0)


def opened_by_passphrase(
    services: Services, viewer: Viewer, typed: str, code: str
) -> tuple[Viewer, Issued]:
    """The viewer with their notes open and a device's key to them, for what opens them.

    Where this server sends mail, that is the passphrase and the code of a mail; the code alone
    opens nothing, because the programme office can change where mails go.

    Raises:
        NotAllowedError: one of them is not right, or there were too many tries.
    """
    now = services.now()
    with services.database.reading() as tx:
        gates = note_opening.gates_of(tx, viewer)
    fits = next((one for one, gate in gates.items() if password_fits(typed, gate)), None)
    sends, right = services.settings.mail.on, None
    with services.database.writing() as tx:
        if sends:
            right = codes.fitting(tx, services.keyring, viewer, Purpose.NOTES, code, now=now)
        lets = right is not None or not sends
        opened = (
            note_opening.finish_opening(tx, viewer, typed, fits=fits, now=now) if lets else None
        )
        if right is not None and opened is not None:
            codes.use_up(right, now=now)
    if not lets:
        raise codes.wrong_code()
    if opened is None:
        raise NotAllowedError(
            "neither your passphrase nor your recovery code, or there were too many tries"
        )
    return opened


def leave_note_key(
    answer: Response, services: Services, viewer: Viewer, key: Issued | None
) -> None:
    """Leave a device's key to a coach's notes, where one was made, in its browser."""
    if key is not None and viewer.person_id is not None:
        name = notes_cookie(services.settings, viewer.person_id)
        seconds = int((key.expires_at - services.now()).total_seconds())
        leave_cookie(answer, services.settings, name, key.secret, seconds)
