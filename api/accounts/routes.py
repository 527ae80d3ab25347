"""Who you are, and the secrets that open something."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.accounts import browser_sessions, credentials, tokens
from api.accounts.credentials import CredentialView, IssuedSecret
from api.crypto.password_hashing import hash_password, verify_password
from api.http.cookies import (
    cookie_name,
    notes_cookie,
    pending_second_factor_cookie,
    set_secret_cookie,
    sign_in_flow_cookie,
)
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import (
    COACH,
    EVERYBODY,
    MANAGER,
    OFFICE,
    PERSON,
    SIGNED_IN,
    Permission,
    Permissions,
)
from api.http.principal import AccessRole, Principal
from api.http.problem_details import problem_responses
from api.http.urls import API, person, safe_redirect_path
from api.http.urls import SIGN_IN as SIGN_IN_PAGE
from api.personal_links import links
from api.personal_links import one_time_codes as codes
from api.personal_links.one_time_codes import CodePurpose
from api.services import Services
from api.session_reports import note_access as note_opening
from api.session_reports.note_access import NotesStatus
from api.sessions import schedule
from api.sessions.schedule import PersonSchedule
from api.settings import Settings
from coach.errors import NotAllowedError
from coach.feedback import SingleLineText

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

    label: Annotated[
        str, Field(min_length=1, max_length=200, examples=["HR export"]), SingleLineText
    ]
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


class PersonalLink(BaseModel):
    """A person's secret link: whoever has it sees and does what is theirs."""

    address: str
    credential: IssuedSecret


@ME.get("/me", responses=problem_responses())
def me(principal: PrincipalDep) -> Me:
    """Who you are."""
    return Me(role=principal.role, person_id=principal.person_id, cycle_id=principal.cycle_id)


@ME.get("/me/sessions", responses=problem_responses(404))
def my_sessions(services: ServicesDep, principal: PrincipalDep) -> PersonSchedule:
    """Your own sessions, in your time zone."""
    with services.database.reading() as tx:
        return schedule.person_schedule(tx, principal.person_id or "")


@ME.get("/me/credentials", responses=problem_responses())
def my_credentials(services: ServicesDep, principal: PrincipalDep) -> tuple[CredentialView, ...]:
    """Your signed-in browsers and your tokens, without their secrets."""
    with services.database.reading() as tx:
        return credentials.credentials_of(tx, principal)


@ME.post("/me/credentials", status_code=HTTPStatus.CREATED, responses=problem_responses(422))
def make_token(body: TokenRequest, services: ServicesDep, principal: PrincipalDep) -> IssuedSecret:
    """Make a bearer token for a program; its secret is shown this once."""
    with services.database.writing() as tx:
        return tokens.issue_token(
            tx, principal, body.label, now=services.now(), lifetime=timedelta(days=body.days)
        )


@ME.delete(
    "/credentials/{credential_id}",
    status_code=HTTPStatus.NO_CONTENT,
    responses=problem_responses(404),
)
def revoke(credential_id: str, services: ServicesDep, principal: PrincipalDep) -> None:
    """Make one of your credentials, or a person's link, stop working."""
    with services.database.writing() as tx:
        credentials.revoke(tx, principal, credential_id, now=services.now())


@ME.get("/me/notes", responses=problem_responses())
def my_notes(services: ServicesDep, principal: PrincipalDep) -> NotesStatus:
    """Whether your notes are open on this device, and whether a passphrase opens them elsewhere."""
    with services.database.reading() as tx:
        return note_opening.read_notes_status(tx, principal)


@ME.put(
    "/me/notes/passphrase", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(409, 422)
)
def choose_passphrase(body: Passphrase, services: ServicesDep, principal: PrincipalDep) -> None:
    """Choose the passphrase that opens your notes on other devices."""
    note_opening.refuse_weak_passphrase(body.passphrase)
    hashed = hash_password(body.passphrase)
    with services.database.writing() as tx:
        note_opening.choose_passphrase(tx, principal, hashed)


@ME.post("/me/notes/open", responses=problem_responses(422))
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


@ME.post(
    "/me/notes/recovery-code", status_code=HTTPStatus.CREATED, responses=problem_responses(409)
)
def make_recovery_code(services: ServicesDep, principal: PrincipalDep) -> RecoveryCode:
    """Make a code that opens your notes once; one made before stops working."""
    with services.database.writing() as tx:
        return RecoveryCode(code=note_opening.make_recovery_code(tx, principal))


@ME.post("/me/notes/afresh", responses=problem_responses(409))
def begin_afresh(services: ServicesDep, principal: PrincipalDep, response: Response) -> NotesStatus:
    """Begin a new notebook on this device; earlier notes stay closed until they are opened."""
    with services.database.writing() as tx:
        opened, key = note_opening.begin_afresh(tx, principal, now=services.now())
        notes_status = note_opening.read_notes_status(tx, opened)
    set_note_key_cookie(response, services, principal, key)
    return notes_status


@LINKS.post(
    "/people/{person_id}/link", status_code=HTTPStatus.CREATED, responses=problem_responses(404)
)
def make_link(person_id: str, services: ServicesDep) -> PersonalLink:
    """Make a person's secret link; those handed out before stop working."""
    settings = services.settings
    with services.database.writing() as tx:
        issued = links.issue_link(
            tx, services.keyring, person_id, now=services.now(), grace=settings.link_grace
        )
    return PersonalLink(address=settings.base_url + person(issued.secret), credential=issued)


@SIGN_IN.post("/sign-in/{secret}")
def sign_in(secret: str, services: ServicesDep) -> Response:
    """Use up a one-time secret; the browser is signed in from here on."""
    settings = services.settings
    with services.database.writing() as tx:
        cookie = browser_sessions.sign_in(
            tx, secret, now=services.now(), lifetime=timedelta(hours=settings.cookie_hours)
        )
    return signed_in_response(settings, cookie)


@SIGN_IN.post("/sign-out")
def sign_out(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Make the browser's cookie stop working, and remove it."""
    with services.database.writing() as tx:
        credentials.revoke(tx, principal, principal.credential_id or "", now=services.now())
    elsewhere = "" if services.settings.oidc is None else "?signed_out=here"
    answer = RedirectResponse(SIGN_IN_PAGE + elsewhere, HTTPStatus.SEE_OTHER)
    set_secret_cookie(answer, services.settings, cookie_name(services.settings), "", 0)
    return answer


def signed_in_response(settings: Settings, cookie: IssuedSecret, go_on_to: str = "/") -> Response:
    """The answer that leaves a browser signed in, and leads on."""
    answer = RedirectResponse(safe_redirect_path(go_on_to), HTTPStatus.SEE_OTHER)
    set_session_cookie(answer, settings, cookie)
    return answer


def set_session_cookie(answer: Response, settings: Settings, cookie: IssuedSecret) -> None:
    """Leave a browser signed in, and nothing of what it had begun."""
    seconds = settings.cookie_hours * 3600
    set_secret_cookie(answer, settings, cookie_name(settings), cookie.secret, seconds)
    for cookie_to_clear in (pending_second_factor_cookie(settings), sign_in_flow_cookie(settings)):
        set_secret_cookie(answer, settings, cookie_to_clear, "", 0)


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


ROUTERS = (
    ME,
    LINKS,
    SIGN_IN,
)
PERMISSIONS: Permissions = {
    ("GET", API + "/me"): Permission(SIGNED_IN),
    ("GET", API + "/me/sessions"): Permission(PERSON),
    ("GET", API + "/me/credentials"): Permission(OFFICE),
    ("POST", API + "/me/credentials"): Permission(OFFICE, requires_recent_authentication=True),
    ("DELETE", API + "/credentials/{credential_id}"): Permission(OFFICE),
    ("GET", API + "/me/notes"): Permission(COACH),
    ("PUT", API + "/me/notes/passphrase"): Permission(COACH),
    ("POST", API + "/me/notes/open"): Permission(COACH),
    ("POST", API + "/me/notes/recovery-code"): Permission(COACH),
    ("POST", API + "/me/notes/afresh"): Permission(COACH),
    ("POST", API + "/people/{person_id}/link"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("POST", "/sign-out"): Permission(OFFICE),
}
