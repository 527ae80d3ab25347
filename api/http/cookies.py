"""Cookie names and attributes."""

from __future__ import annotations

from starlette.responses import Response

from api.settings import Settings


def cookie_name(settings: Settings) -> str:
    """Return the session cookie's name; over HTTPS, the prefix `__Host-` binds it to this host."""
    return "__Host-gender-coach" if settings.secure_cookies else "gender-coach"


def notes_cookie(settings: Settings, person_id: str) -> str:
    """Return the name of the cookie that contains a device's key to a coach's notebook."""
    return f"{cookie_name(settings)}-notes-{person_id}"


def verified_device_cookie(settings: Settings, person_id: str) -> str:
    """Return the name of the cookie that marks a browser in which a person has been verified."""
    return f"{cookie_name(settings)}-verified-{person_id}"


def notes_version_cookie(settings: Settings, person_id: str) -> str:
    """Return the name of the cookie that contains the notebook version that a device last saw."""
    return f"{notes_cookie(settings, person_id)}-version"


def pending_second_factor_cookie(settings: Settings) -> str:
    """Return the name of the cookie that marks a browser waiting for a second factor."""
    return f"{cookie_name(settings)}-half"


def known_device_cookie(settings: Settings) -> str:
    """Return the name of the cookie that marks a browser in which a user has signed in before."""
    return f"{cookie_name(settings)}-device"


def sign_in_flow_cookie(settings: Settings) -> str:
    """Return the name of the cookie that contains the secret of a sign-in flow."""
    return f"{cookie_name(settings)}-begun"


def change_cookie(settings: Settings) -> str:
    """Return the name of the cookie whose secret proves that the user confirmed a change."""
    return f"{cookie_name(settings)}-change"


def set_secret_cookie(
    response: Response, settings: Settings, name: str, secret: str, seconds: int | None
) -> None:
    """Set an `HttpOnly`, `SameSite=Lax` cookie that expires after `seconds`; 0 deletes it.

    If `seconds` is `None`, the cookie expires when the browser is closed.
    """
    response.set_cookie(
        name,
        secret,
        max_age=seconds,
        path="/",
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )
