"""What a one-time code by mail is asked for: opening notes elsewhere, changing one's address."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, PERSON, Permission, Permissions
from api.http.principal import Principal
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.personal_links import email_change as own_address
from api.personal_links import one_time_codes as codes
from api.personal_links.email_change import NewAddress, OwnAddress
from api.personal_links.one_time_codes import CodePurpose
from api.services import Services

CODES = APIRouter(prefix=f"{API}/me", tags=["me"])


class OneTimeCodeInput(BaseModel):
    """A code as it was typed; spaces do not matter."""

    code: Annotated[str, Field(max_length=40, examples=["1234 5678"])]


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


ROUTERS = (CODES,)
PERMISSIONS: Permissions = {
    ("POST", API + "/me/notes/code"): Permission(COACH),
    ("GET", API + "/me/address"): Permission(PERSON),
    ("POST", API + "/me/address"): Permission(PERSON),
    ("POST", API + "/me/address/confirm"): Permission(PERSON),
}
