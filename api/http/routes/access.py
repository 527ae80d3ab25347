"""Who you are, and the secrets that open something."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from api.http.addresses import API, person
from api.http.asking import ServicesDep, ViewerDep, cookie_name
from api.http.problems import documented
from api.settings import Settings
from api.workflows import credentials, schedule
from api.workflows.credentials import CredentialView, Issued
from api.workflows.schedule import PersonPage
from api.workflows.viewer import AccessRole

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

    label: Annotated[str, Field(min_length=1, max_length=200, examples=["HR export"])]
    days: Annotated[int, Field(ge=1, le=366)] = 90


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
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    _set_cookie(answer, services.settings, "", 0)
    return answer


def signed_in(settings: Settings, cookie: Issued) -> Response:
    """The answer that leaves a browser signed in, and leads to the first page."""
    answer = RedirectResponse("/", HTTPStatus.SEE_OTHER)
    _set_cookie(answer, settings, cookie.secret, settings.cookie_hours * 3600)
    return answer


def _set_cookie(answer: Response, settings: Settings, secret: str, seconds: int) -> None:
    answer.set_cookie(
        cookie_name(settings),
        secret,
        max_age=seconds,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
