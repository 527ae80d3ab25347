"""Personal links, and what a one-time code by mail confirms: opening notes, a new address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.accounts.credentials import IssuedSecret
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, MANAGER, PERSON, Permission, Permissions
from api.http.principal import Principal
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.personal_links import email_change as own_address
from api.personal_links import one_time_codes as codes
from api.personal_links.email_change import NewAddress, OwnAddress
from api.personal_links.links import make_new_link
from api.personal_links.one_time_codes import CodePurpose
from api.services import Services

LINKS = APIRouter(prefix=API, tags=["people"])
CODES = APIRouter(prefix=f"{API}/me", tags=["me"])


class PersonalLink(BaseModel):
    """A person's secret link: whoever has it sees and does what is theirs."""

    address: str
    credential: IssuedSecret


class OneTimeCodeInput(BaseModel):
    """A code as it was typed; spaces do not matter."""

    code: Annotated[str, Field(max_length=40, examples=["1234 5678"])]


@LINKS.post(
    "/people/{person_id}/link", status_code=HTTPStatus.CREATED, responses=problem_responses(404)
)
def make_link(person_id: str, services: ServicesDep) -> PersonalLink:
    """Make a person's secret link; those handed out before stop working."""
    new = make_new_link(services, person_id)
    return PersonalLink(address=new.address, credential=new.credential)


@CODES.post("/notes/code", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(409))
def send_note_code(services: ServicesDep, principal: PrincipalDep) -> None:
    """Have a code sent to your address, to open your notes on this device."""
    request_note_code(services, principal)


@CODES.get("/address", responses=problem_responses())
def my_address(services: ServicesDep, principal: PrincipalDep) -> OwnAddress:
    """Where you are written to, with most of it hidden."""
    with services.database.reading() as tx:
        return own_address.own_address(
            tx, principal, now=services.now(), sends=services.settings.mail.enabled
        )


@CODES.post("/address", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(409, 422))
def ask_to_change(new: NewAddress, services: ServicesDep, principal: PrincipalDep) -> None:
    """Ask for another address; a code goes to the one that is held, and confirms it."""
    change_address(services, principal, new)


@CODES.post(
    "/address/confirm", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(403, 422)
)
def confirm_change(typed: OneTimeCodeInput, services: ServicesDep, principal: PrincipalDep) -> None:
    """Put the new address in place by the code; five wrong ones end it."""
    confirm_address(services, principal, typed.code)


def request_note_code(services: Services, principal: Principal) -> None:
    """Have a code sent that opens notes."""
    with services.database.writing() as tx:
        codes.send_code(
            tx,
            services.enqueue,
            principal,
            CodePurpose.NOTES,
            now=services.now(),
            sends=services.settings.mail.enabled,
        )


def change_address(services: Services, principal: Principal, new: NewAddress) -> None:
    """Have a code sent that changes an address."""
    with services.database.writing() as tx:
        own_address.ask_to_change(
            tx,
            services.enqueue,
            principal,
            new,
            now=services.now(),
            sends=services.settings.mail.enabled,
        )


def confirm_address(services: Services, principal: Principal, typed: str) -> None:
    """Change an address by its code.

    Raises:
        NotAllowedError: it is not right; that it was tried is kept.
    """
    with services.database.writing() as tx:
        refusal = own_address.confirm_change(
            tx, services.keyring, principal, typed, now=services.now()
        )
    if refusal is not None:
        raise refusal


ROUTERS = (LINKS, CODES)
PERMISSIONS: Permissions = {
    ("POST", API + "/people/{person_id}/link"): Permission(
        MANAGER, requires_recent_authentication=True
    ),
    ("POST", API + "/me/notes/code"): Permission(COACH),
    ("GET", API + "/me/address"): Permission(PERSON),
    ("POST", API + "/me/address"): Permission(PERSON),
    ("POST", API + "/me/address/confirm"): Permission(PERSON),
}
