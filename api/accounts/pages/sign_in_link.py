"""Signing in with a sign-in link, and signing out."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from api.accounts import browser_sessions
from api.accounts.session_cookies import signed_in_response
from api.http.cookies import cookie_name, set_secret_cookie
from api.http.dependencies import PrincipalDep, ServicesDep
from api.http.limits import LimitRule
from api.http.permissions import EVERYBODY, OFFICE, Permission, Permissions
from api.http.urls import SIGN_IN
from api.web.rendering import render_page

SIGN_IN_LINK = APIRouter(include_in_schema=False)


@SIGN_IN_LINK.get("/sign-in/{secret}")
def confirm_sign_in(secret: str, request: Request) -> Response:
    """Show a button that redeems the sign-in link.

    Opening the link does not redeem it, because email scanners open links.
    """
    return render_page(request, "accounts/sign_in_link.html", address=f"/sign-in/{secret}")


@SIGN_IN_LINK.post("/sign-in/{secret}")
def sign_in(secret: str, services: ServicesDep) -> Response:
    """Redeem the sign-in link, and sign the browser in."""
    cookie = browser_sessions.sign_in_by_link(services, secret)
    return signed_in_response(services.settings, cookie)


@SIGN_IN_LINK.post("/sign-out")
def sign_out(services: ServicesDep, principal: PrincipalDep) -> Response:
    """Revoke the browser's session and remove its cookie."""
    browser_sessions.sign_out(services, principal)
    suffix = "" if services.settings.oidc is None else "?signed_out=here"
    answer = RedirectResponse(SIGN_IN + suffix, HTTPStatus.SEE_OTHER)
    set_secret_cookie(answer, services.settings, cookie_name(services.settings), "", 0)
    return answer


ROUTERS = (SIGN_IN_LINK,)
PERMISSIONS: Permissions = {
    ("GET", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("POST", "/sign-in/{secret}"): Permission(EVERYBODY),
    ("POST", "/sign-out"): Permission(
        OFFICE, without_second_factor=True, limits=LimitRule.NO_CYCLE
    ),
}
