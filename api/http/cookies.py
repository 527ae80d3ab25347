"""The cookies that are left in browsers: what each is called, and how it is protected."""

from __future__ import annotations

from starlette.responses import Response

from api.settings import Settings


def cookie_name(settings: Settings) -> str:
    """The name of the cookie; on https its prefix ties it to this very host."""
    return "__Host-gender-coach" if settings.secure_cookies else "gender-coach"


def notes_cookie(settings: Settings, person_id: str) -> str:
    """The name of the cookie with a device's key to one coach's notes."""
    return f"{cookie_name(settings)}-notes-{person_id}"


def pending_second_factor_cookie(settings: Settings) -> str:
    """The name of the cookie of a browser whose user has shown one factor of two."""
    return f"{cookie_name(settings)}-half"


def sign_in_flow_cookie(settings: Settings) -> str:
    """The name of the cookie of a browser that has begun a sign-in and comes back to finish it."""
    return f"{cookie_name(settings)}-begun"


def set_secret_cookie(
    response: Response, settings: Settings, name: str, secret: str, seconds: int
) -> None:
    """Leave a secret in a browser, out of reach of scripts and other sites; 0 removes it."""
    response.set_cookie(
        name,
        secret,
        max_age=seconds,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
