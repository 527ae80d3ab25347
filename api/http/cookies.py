"""Names and attributes of the cookies."""

from __future__ import annotations

from starlette.responses import Response

from api.settings import Settings


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; over https, the prefix `__Host-` binds it to this host."""
    return "__Host-gender-coach" if settings.secure_cookies else "gender-coach"


def notes_cookie(settings: Settings, person_id: str) -> str:
    """Return the name of the cookie that holds a device's key to a coach's notebook."""
    return f"{cookie_name(settings)}-notes-{person_id}"


def pending_second_factor_cookie(settings: Settings) -> str:
    """Return the name of the cookie for a browser whose user has passed only the first factor."""
    return f"{cookie_name(settings)}-half"


def sign_in_flow_cookie(settings: Settings) -> str:
    """Return the name of the cookie for a browser that is signing in at an identity provider."""
    return f"{cookie_name(settings)}-begun"


def set_secret_cookie(
    response: Response, settings: Settings, name: str, secret: str, seconds: int
) -> None:
    """Set a cookie that scripts and other sites cannot read; `seconds=0` deletes it."""
    response.set_cookie(
        name,
        secret,
        max_age=seconds,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
