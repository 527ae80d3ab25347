"""JSON routes for secret links and for actions confirmed with one-time codes."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from api.accounts.credentials import IssuedSecret
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.permissions import COACH, MANAGER, PERSON, Permission, Permissions
from api.http.principal import TokenScope
from api.http.problem_details import problem_responses
from api.http.urls import API
from api.personal_links import email_change, one_time_codes
from api.personal_links.email_change import NewAddress, OwnAddress
from api.personal_links.links import make_new_link

LINKS = APIRouter(prefix=API, tags=["people"])
CODES = APIRouter(prefix=f"{API}/me", tags=["me"])


class PersonalLink(BaseModel):
    """A person's secret link. Anyone who has it sees the person's sessions and can reply."""

    address: str
    credential: IssuedSecret


class OneTimeCodeInput(BaseModel):
    """A one-time code as entered; spaces are ignored."""

    code: Annotated[str, Field(max_length=40, examples=["1234 5678"])]


@LINKS.post(
    "/people/{person_id}/link", status_code=HTTPStatus.CREATED, responses=problem_responses(404)
)
def make_link(person_id: str, services: ServicesDep) -> PersonalLink:
    """Create a new secret link for a person; the person's earlier links stop working."""
    new = make_new_link(services, person_id)
    return PersonalLink(address=new.address, credential=new.credential)


@CODES.post("/notes/code", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(409))
def send_note_code(services: ServicesDep, principal: PrincipalDep) -> None:
    """Send a code to your email address, to set up or unlock your notes on this device."""
    one_time_codes.send_note_code(services, principal)


@CODES.get("/address", responses=problem_responses())
def my_address(services: ServicesDep, principal: PrincipalDep) -> OwnAddress:
    """Get your email address, mostly masked."""
    return email_change.masked_address(services, principal)


@CODES.post("/address", status_code=HTTPStatus.ACCEPTED, responses=problem_responses(409, 422))
def ask_to_change(new: NewAddress, services: ServicesDep, principal: PrincipalDep) -> None:
    """Request a change to your email address; a code sent to the current one confirms it."""
    email_change.request_address_change(services, principal, new)


@CODES.post(
    "/address/confirm", status_code=HTTPStatus.NO_CONTENT, responses=problem_responses(403, 422)
)
def confirm_change(typed: OneTimeCodeInput, services: ServicesDep, principal: PrincipalDep) -> None:
    """Confirm a new email address with the code; five wrong attempts invalidate the code."""
    email_change.confirm_address_change(services, principal, typed.code)


ROUTERS = (LINKS, CODES)
PERMISSIONS: Permissions = {
    ("POST", API + "/people/{person_id}/link"): Permission(
        MANAGER,
        scope=TokenScope.PEOPLE,
        requires_recent_authentication=True,
    ),
    ("POST", API + "/me/notes/code"): Permission(COACH, requires_verification=True),
    ("GET", API + "/me/address"): Permission(PERSON, requires_verification=True),
    ("POST", API + "/me/address"): Permission(PERSON, requires_verification=True),
    ("POST", API + "/me/address/confirm"): Permission(PERSON, requires_verification=True),
}
