"""Passwords (argon2id) and second factors (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
import threading
from datetime import datetime

import pyotp
import zxcvbn
from pwdlib import PasswordHash

_HASHES_AT_ONCE = 4  # each takes 64 MiB; a flood of sign-ins must not take the machine's memory
_SCORE_NEEDED = 3  # of 4: "safely unguessable: moderate protection from offline slow-hash"
_LONGEST_JUDGED = 72
_STEP_SECONDS = 30
_STEPS_AROUND = 1
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200

_hasher = PasswordHash.recommended()
_room = threading.BoundedSemaphore(_HASHES_AT_ONCE)
_NOBODYS_HASH = (  # of a random password; costs as much to compare as anybody's
    "$argon2id$v=19$m=65536,t=3,p=4$7tz1y0FzcQzY/tg+zjVKWw$"
    "fH5s2C/mLpAp7a74Jwxtp+WwqTBkFOG/BtHApRL0CqM"
)


def hash_password(password: str) -> str:
    """An argon2id hash with its own salt."""
    with _room:
        return _hasher.hash(password)


def password_fits(password: str, stored: str | None) -> bool:
    """Whether `password` is the one hashed in `stored`; without one it is not, as slowly."""
    with _room:
        fits = _hasher.verify(password[:LONGEST_PASSWORD], stored or _NOBODYS_HASH)
    return fits and stored is not None


def weakness(password: str, known_of: list[str]) -> str | None:
    """Why `password` is too weak, held against lists of leaked ones; `None` where it is not.

    `known_of` holds words an attacker would try first, such as the person's name.
    """
    if len(password) < SHORTEST_PASSWORD:
        return f"use at least {SHORTEST_PASSWORD} characters; four unrelated words are fine"
    if len(password) > LONGEST_PASSWORD:
        return f"use at most {LONGEST_PASSWORD} characters"
    judged = zxcvbn.zxcvbn(password[:_LONGEST_JUDGED], user_inputs=known_of)
    if judged["score"] >= _SCORE_NEEDED:
        return None
    why = judged["feedback"]["warning"] or "this is among the first that an attacker tries"
    return f"{why.rstrip('.')}; use four unrelated words, or let a password manager choose"


def new_totp_secret() -> str:
    """A secret of 160 bits for an authenticator app, in base 32."""
    return pyotp.random_base32()


def totp_address(secret: str, user: str, issuer: str) -> str:
    """The `otpauth:` address that sets up an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=issuer)


def totp_step_of(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose code `code` is, later than step `after`; `None` where there is none.

    Codes of the steps just before and after `now` are taken too; clocks differ.
    """
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // _STEP_SECONDS
    typed = code.replace(" ", "").encode()
    for step in range(current - _STEPS_AROUND, current + _STEPS_AROUND + 1):
        if step > after and hmac.compare_digest(totp.at(step * _STEP_SECONDS).encode(), typed):
            return step
    return None
