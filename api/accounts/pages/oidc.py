"""Signing in with an account elsewhere, linking one, and showing by it once more who one is."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request, Response

from api.accounts import sign_in, users
from api.accounts import sign_in_flow as ceremonies
from api.accounts.oidc.identity import Asked, Identity
from api.accounts.pages.sign_in import leave_begun
from api.accounts.routes import signed_in
from api.accounts.rows import CeremonyKind
from api.accounts.sign_in_flow import Ceremony
from api.accounts.users import Link
from api.http.authentication import ServicesDep, ViewerDep
from api.http.cookies import begun_cookie, half_cookie, leave_cookie
from api.http.principal import Viewer
from api.http.urls import (
    ACCOUNT,
    CONFIRM,
    PROVIDER,
    PROVIDER_BACK,
    SECOND,
    SIGN_IN,
    own_page,
)
from api.services import Services
from api.web.rendering import go_on
from coach.errors import ConflictError, NotSignedInError

if TYPE_CHECKING:
    from api.accounts.oidc.client import Provider

ELSEWHERE = APIRouter(include_in_schema=False)
_KINDS = (
    CeremonyKind.PROVIDER_SIGN_IN,
    CeremonyKind.PROVIDER_LINK,
    CeremonyKind.PROVIDER_CONFIRM,
)


@ELSEWHERE.get(PROVIDER)
def to_sign_in(services: ServicesDep) -> Response:
    """Send the browser to the provider, to come back signed in."""
    return _begin(services, CeremonyKind.PROVIDER_SIGN_IN, None, "/")


@ELSEWHERE.get(f"{ACCOUNT}/provider")
def to_link(services: ServicesDep, viewer: ViewerDep) -> Response:
    """Send the browser to the provider, to link the account there with the one here."""
    return _begin(services, CeremonyKind.PROVIDER_LINK, viewer, ACCOUNT)


@ELSEWHERE.get(f"{CONFIRM}/provider")
def to_confirm(
    services: ServicesDep,
    viewer: ViewerDep,
    go_on_to: Annotated[str, Query(max_length=300)] = "/",
) -> Response:
    """Send the browser to the provider, to show there once more who one is."""
    return _begin(services, CeremonyKind.PROVIDER_CONFIRM, viewer, own_page(go_on_to))


@ELSEWHERE.get(PROVIDER_BACK)
def come_back(request: Request, services: ServicesDep, viewer: ViewerDep) -> Response:
    """Take what the provider says of who signed in, once, and only from who was sent there."""
    provider, settings = _provider(services), services.settings
    secret = request.cookies.get(begun_cookie(settings), "")
    answer = dict(request.query_params)
    with services.database.reading() as tx:
        begun = ceremonies.look_up(tx, secret, _KINDS, now=services.now())
    if begun is None or begun.state != answer.get("state"):
        raise NotSignedInError("that sign-in is too old or was not begun here; please begin again")
    with services.database.writing() as tx:
        if ceremonies.use_up(tx, secret, _KINDS, now=services.now()) is None:
            raise NotSignedInError("that sign-in was finished already; please begin again")
    identity = provider.identity_from(answer, _asked(services, begun))
    if begun.kind is CeremonyKind.PROVIDER_SIGN_IN:
        return _sign_in(services, identity)
    if viewer.user_id is None or viewer.user_id != begun.user_id:
        raise NotSignedInError("you were signed out meanwhile; please sign in and begin again")
    if begun.kind is CeremonyKind.PROVIDER_LINK:
        link = Link(issuer=identity.issuer, subject=identity.subject)
        with services.database.writing() as tx:
            users.link_user(tx, viewer.user_id, link)
        return go_on(ACCOUNT)
    return _confirm(services, viewer, identity, begun.go_on_to)


@ELSEWHERE.get("/sign-out/provider")
def sign_out_there(services: ServicesDep) -> Response:
    """Send the browser to the provider, to be signed out there too."""
    back_to = services.settings.base_url + SIGN_IN
    return go_on(_provider(services).address_to_sign_out(back_to) or SIGN_IN)


@ELSEWHERE.post(f"{ACCOUNT}/provider/remove")
def unlink(services: ServicesDep, viewer: ViewerDep) -> Response:
    """Let the account elsewhere open this one no more."""
    with services.database.writing() as tx:
        user = users.user_of(tx, viewer)
        if not user.has_password:
            raise ConflictError("set a password first: without it you could not sign in any more")
        users.unlink_user(tx, user.id)
    return go_on(ACCOUNT)


def _begin(
    services: Services, kind: CeremonyKind, viewer: Viewer | None, go_on_to: str
) -> Response:
    provider = _provider(services)
    user_id = None if viewer is None else viewer.user_id
    with services.database.writing() as tx:
        begun = ceremonies.begin(tx, kind, user_id, go_on_to, now=services.now())
    answer = go_on(provider.address_to_ask(_asked(services, begun)))
    leave_begun(answer, services.settings, begun)
    return answer


def _sign_in(services: Services, identity: Identity) -> Response:
    settings, now = services.settings, services.now()
    by_mail = settings.oidc is not None and settings.oidc.link_by_mail
    lasting = timedelta(hours=settings.cookie_hours)
    with services.database.writing() as tx:
        row = users.user_known_as(tx, identity, link_by_mail=by_mail)
        if row is not None and identity.two_factors:
            return signed_in(
                settings, sign_in.signed_in_as(tx, row, "provider", now=now, lasting=lasting)
            )
        half = None if row is None else sign_in.begin_half(tx, row, now=now)
    if half is None:
        raise NotSignedInError(
            "your account there is not linked to a user here. Ask who runs this server to link it: "
            f"there you are called {identity.subject}"
        )
    answer = go_on(SECOND)
    seconds = int((half.expires_at - now).total_seconds())
    leave_cookie(answer, settings, half_cookie(settings), half.secret, seconds)
    return answer


def _confirm(services: Services, viewer: Viewer, identity: Identity, go_on_to: str) -> Response:
    with services.database.writing() as tx:
        row = users.user_known_as(tx, identity, link_by_mail=False)
        if row is None or row.id != viewer.user_id:
            raise NotSignedInError("that was somebody else's account; please confirm with yours")
        if not identity.two_factors:
            raise NotSignedInError("one factor was shown there; please confirm with a code here")
        sign_in.confirm(tx, viewer, "provider", now=services.now())
    return go_on(go_on_to)


def _asked(services: Services, begun: Ceremony) -> Asked:
    return Asked(
        state=begun.state,
        nonce=begun.nonce,
        verifier=begun.verifier,
        back_to=services.settings.base_url + PROVIDER_BACK,
        fresh=begun.kind is CeremonyKind.PROVIDER_CONFIRM,
    )


def _provider(services: Services) -> Provider:
    if services.provider is None:
        raise ConflictError("this server takes no account of elsewhere; sign in by password")
    return services.provider
