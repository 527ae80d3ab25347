"""Known devices: browsers in which a user has signed in with a password before.

Attempts from a known device are not delayed by strangers' failed attempts. The cookie is signed and
identifies the user, but grants no access.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from starlette.requests import Request

from api.crypto.key_ring import Keyring
from api.http.cookies import known_device_cookie
from api.services import Services

DEVICE_LIFETIME = timedelta(days=90)
_PURPOSE = "known device"
_DEVICE_ID_BYTES = 16


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A browser in which a user has signed in: its random id, and the user's id."""

    id: str
    user_id: str


def issue_known_device(keyring: Keyring, user_id: str, *, now: datetime) -> str:
    """Return the cookie value for a browser in which a user has just signed in."""
    expires = int((now + DEVICE_LIFETIME).timestamp())
    signed = f"{user_id}.{secrets.token_hex(_DEVICE_ID_BYTES)}.{expires}"
    return f"{signed}.{_signature(keyring, signed)}"


def read_known_device(keyring: Keyring, cookie: str, *, now: datetime) -> KnownDevice | None:
    """Return the device that a cookie identifies, or `None` if it is empty, expired or invalid."""
    signed, _, signature = cookie.rpartition(".")
    if not hmac.compare_digest(_signature(keyring, signed).encode(), signature.encode()):
        return None
    user_id, device_id, expires = signed.split(".")
    return KnownDevice(device_id, user_id) if int(expires) > now.timestamp() else None


def presented_device(request: Request) -> KnownDevice | None:
    """Return the known device that sent a request, or `None` for an unknown device."""
    services: Services = request.app.state.services
    cookie = request.cookies.get(known_device_cookie(services.settings), "")
    return read_known_device(services.keyring, cookie, now=services.now())


def presented_device_id(request: Request) -> str | None:
    """Return the id of the known device that sent a request, or `None` for an unknown device."""
    device = presented_device(request)
    return None if device is None else device.id


def _signature(keyring: Keyring, signed: str) -> str:
    return keyring.mac(_PURPOSE, signed.encode()).hex()
