"""Cookies of signed-in browsers and of sign-ins in progress."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.accounts.browser_sessions import renew_session
from api.accounts.credentials import IssuedSecret
from api.accounts.known_devices import DEVICE_LIFETIME
from api.accounts.sign_in_flow import FLOW_LIFETIME, SignInFlow
from api.http.cookies import (
    change_cookie,
    cookie_name,
    known_device_cookie,
    pending_second_factor_cookie,
    set_secret_cookie,
    sign_in_flow_cookie,
)
from api.http.principal import Principal
from api.http.urls import safe_redirect_path
from api.services import Services
from api.settings import Settings


def signed_in_response(settings: Settings, cookie: IssuedSecret, go_on_to: str = "/") -> Response:
    """Return a redirect to `go_on_to` that sets the session cookie."""
    answer = RedirectResponse(safe_redirect_path(go_on_to), HTTPStatus.SEE_OTHER)
    set_session_cookie(answer, settings, cookie)
    return answer


def set_session_cookie(answer: Response, settings: Settings, cookie: IssuedSecret) -> None:
    """Set the session cookie, and delete the cookies of the sign-in in progress."""
    seconds = settings.cookie_hours * 3600
    set_secret_cookie(answer, settings, cookie_name(settings), cookie.secret, seconds)
    for cookie_to_clear in (pending_second_factor_cookie(settings), sign_in_flow_cookie(settings)):
        set_secret_cookie(answer, settings, cookie_to_clear, "", 0)


def renew_session_cookie(answer: Response, services: Services, principal: Principal) -> None:
    """Set a new session cookie in the browser of a user who has authenticated again."""
    renewed = renew_session(services, principal)
    if renewed is not None:
        settings = services.settings
        seconds = int((renewed.expires_at - services.now()).total_seconds())
        set_secret_cookie(answer, settings, cookie_name(settings), renewed.secret, seconds)


def set_known_device_cookie(answer: Response, settings: Settings, device: str) -> None:
    """Set the cookie that marks a browser in which a user has signed in with a password."""
    seconds = int(DEVICE_LIFETIME.total_seconds())
    set_secret_cookie(answer, settings, known_device_cookie(settings), device, seconds)


def set_flow_cookie(answer: Response, settings: Settings, flow: SignInFlow) -> None:
    """Set the cookie that contains the secret of a sign-in flow."""
    seconds = int(FLOW_LIFETIME.total_seconds())
    set_secret_cookie(answer, settings, sign_in_flow_cookie(settings), flow.secret, seconds)


def set_change_cookie(answer: Response, settings: Settings, change: SignInFlow) -> None:
    """Set the cookie that contains the change secret of a user who has confirmed a change."""
    seconds = int(FLOW_LIFETIME.total_seconds())
    set_secret_cookie(answer, settings, change_cookie(settings), change.secret, seconds)


def change_secret_of(request: Request, settings: Settings) -> str:
    """Return the change secret that a request presents, or an empty string if there is none."""
    return request.cookies.get(change_cookie(settings), "")


def set_pending_cookie(answer: Response, services: Services, pending: IssuedSecret) -> None:
    """Set the cookie that marks a browser waiting for a second factor."""
    settings = services.settings
    seconds = int((pending.expires_at - services.now()).total_seconds())
    name = pending_second_factor_cookie(settings)
    set_secret_cookie(answer, settings, name, pending.secret, seconds)
