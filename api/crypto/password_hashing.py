"""Passwords (argon2id) and second factors (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
import threading
from datetime import datetime

import pyotp
import zxcvbn
from pwdlib import PasswordHash

_MAX_CONCURRENT_HASHES = (
    4  # each takes 64 MiB; a flood of sign-ins must not take the machine's memory
)
_MIN_SCORE = 3  # of 4: "safely unguessable: moderate protection from offline slow-hash"
_MAX_SCORED_LENGTH = 72
_STEP_SECONDS = 30
_STEP_TOLERANCE = 1
MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 200

_hasher = PasswordHash.recommended()
_hash_semaphore = threading.BoundedSemaphore(_MAX_CONCURRENT_HASHES)
_DUMMY_HASH = (  # of a random password; costs as much to compare as anybody's
    "$argon2id$v=19$m=65536,t=3,p=4$7tz1y0FzcQzY/tg+zjVKWw$"
    "fH5s2C/mLpAp7a74Jwxtp+WwqTBkFOG/BtHApRL0CqM"
)


def hash_password(password: str) -> str:
    """An argon2id hash with its own salt."""
    with _hash_semaphore:
        return _hasher.hash(password)


def verify_password(password: str, stored: str | None) -> bool:
    """Whether `password` is the one hashed in `stored`; without one it is not, as slowly."""
    with _hash_semaphore:
        fits = _hasher.verify(password[:MAX_PASSWORD_LENGTH], stored or _DUMMY_HASH)
    return fits and stored is not None


def password_weakness(password: str, known_words: list[str]) -> str | None:
    """Why `password` is too weak, held against lists of leaked ones; `None` where it is not.

    `known_words` holds words an attacker would try first, such as the person's name.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        return f"use at least {MIN_PASSWORD_LENGTH} characters; four unrelated words are fine"
    if len(password) > MAX_PASSWORD_LENGTH:
        return f"use at most {MAX_PASSWORD_LENGTH} characters"
    estimate = zxcvbn.zxcvbn(password[:_MAX_SCORED_LENGTH], user_inputs=known_words)
    if estimate["score"] >= _MIN_SCORE:
        return None
    why = estimate["feedback"]["warning"] or "this is among the first that an attacker tries"
    return f"{why.rstrip('.')}; use four unrelated words, or let a password manager choose"


def new_totp_secret() -> str:
    """A secret of 160 bits for an authenticator app, in base 32."""
    return pyotp.random_base32()


def totp_uri(secret: str, user: str, issuer: str) -> str:
    """The `otpauth:` address that sets up an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=issuer)


def matching_totp_step(secret: str, code: str, now: datetime, after: int) -> int | None:
    """The time step whose code `code` is, later than step `after`; `None` where there is none.

    Codes of the steps just before and after `now` are taken too; clocks differ.
    """
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // _STEP_SECONDS
    typed = code.replace(" ", "").encode()
    for step in range(current - _STEP_TOLERANCE, current + _STEP_TOLERANCE + 1):
        if step > after and hmac.compare_digest(totp.at(step * _STEP_SECONDS).encode(), typed):
            return step
    return None
