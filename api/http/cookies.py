"""Names and attributes of the cookies."""

from __future__ import annotations

from starlette.responses import Response

from api.settings import Settings


def cookie_name(settings: Settings) -> str:
    """The name of the session cookie; over https, the `__Host-` prefix binds it to this host."""
    return "__Host-gender-coach" if settings.secure_cookies else "gender-coach"


def notes_cookie(settings: Settings, person_id: str) -> str:
    """The cookie that holds a device's key to one coach's notebook."""
    return f"{cookie_name(settings)}-notes-{person_id}"


def pending_second_factor_cookie(settings: Settings) -> str:
    """The cookie of a browser whose user has passed the first of two factors."""
    return f"{cookie_name(settings)}-half"


def sign_in_flow_cookie(settings: Settings) -> str:
    """The cookie of a browser in the middle of a sign-in that leaves this server and returns."""
    return f"{cookie_name(settings)}-begun"


def set_secret_cookie(
    response: Response, settings: Settings, name: str, secret: str, seconds: int
) -> None:
    """Set a cookie that scripts and other sites cannot read; `seconds=0` removes it."""
    response.set_cookie(
        name,
        secret,
        max_age=seconds,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
