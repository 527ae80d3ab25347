"""Hashes passwords (argon2id) and checks codes from authenticator apps (TOTP, RFC 6238)."""

from __future__ import annotations

import hmac
from datetime import datetime

import pyotp
import zxcvbn
from pwdlib import PasswordHash

from api.crypto import facts
from api.crypto.hashing_queues import SIGNED_IN, HashingQueue
from coach.texts.facts import Displayed

_MIN_SCORE = 3  # of 4: "safely unguessable: moderate protection from offline slow-hash"
_MAX_SCORED_LENGTH = 72
_STEP_SECONDS = 30
_STEP_TOLERANCE = 1
MIN_PASSWORD_LENGTH = 12
MAX_PASSWORD_LENGTH = 200

_hasher = PasswordHash.recommended()
_DUMMY_HASH = (  # verified in place of a missing hash, so that the response time is the same
    "$argon2id$v=19$m=65536,t=3,p=4$7tz1y0FzcQzY/tg+zjVKWw$"
    "fH5s2C/mLpAp7a74Jwxtp+WwqTBkFOG/BtHApRL0CqM"
)


def hash_password(password: str) -> str:
    """Return the argon2id hash of a password, with a random salt.

    Raises:
        BusyError: too many hashes are being computed.
    """
    return SIGNED_IN.run(lambda: _hasher.hash(password))


def verify_password(password: str, stored: str | None, queue: HashingQueue = SIGNED_IN) -> bool:
    """Return whether `stored` is the hash of `password`.

    If `stored` is `None`, a dummy hash is verified, so that response times do not reveal which
    users have a password.

    Raises:
        BusyError: the queue is full.
    """
    typed = password[:MAX_PASSWORD_LENGTH]  # bounds the work; a longer password never matches
    matches = queue.run(lambda: _hasher.verify(typed, stored or _DUMMY_HASH))
    return matches and stored is not None and typed == password


def password_weakness(password: str, known_words: list[str]) -> Displayed | None:
    """Return why `password` is too weak, as advice to the user, or `None` if it is strong enough.

    The strength is estimated by zxcvbn, which recognises common passwords. `known_words` are
    guesses that an attacker would try first, such as the user's name.
    """
    if len(password) < MIN_PASSWORD_LENGTH:
        return facts.TOO_SHORT(limit=MIN_PASSWORD_LENGTH)
    if len(password) > MAX_PASSWORD_LENGTH:
        return facts.TOO_LONG(limit=MAX_PASSWORD_LENGTH)
    estimate = zxcvbn.zxcvbn(password[:_MAX_SCORED_LENGTH], user_inputs=known_words)
    if estimate["score"] >= _MIN_SCORE:
        return None
    warning = facts.WARNINGS.get(estimate["feedback"]["warning"], facts.EASY_TO_GUESS)
    return facts.WEAK(why=warning())


def totp_uri(secret: str, user: str, issuer: str) -> str:
    """Return the `otpauth:` URI that sets up an authenticator app."""
    return pyotp.TOTP(secret).provisioning_uri(name=user, issuer_name=issuer)


def matching_totp_step(secret: str, code: str, now: datetime, after: int) -> int | None:
    """Return the 30-second time step that `code` belongs to, or `None` if the code is not valid.

    Only steps later than `after` are accepted, so that each code works once. The steps immediately
    before and after the current one are also accepted, to allow for clock skew.
    """
    totp, current = pyotp.TOTP(secret), int(now.timestamp()) // _STEP_SECONDS
    typed = code.replace(" ", "").encode()
    for step in range(current - _STEP_TOLERANCE, current + _STEP_TOLERANCE + 1):
        if step > after and hmac.compare_digest(totp.at(step * _STEP_SECONDS).encode(), typed):
            return step
    return None
