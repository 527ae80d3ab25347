"""Sign-in with a password and a code, and re-authentication with a code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.browser_sessions import (
    find_pending_second_factor,
    issue_pending_second_factor,
    issue_session_cookie,
)
from api.accounts.credentials import IssuedSecret
from api.accounts.known_devices import issue_known_device
from api.accounts.rows import CredentialRow, UserRow
from api.accounts.second_factors import (
    PROVIDER_FACTOR,
    is_locked,
    record_failure,
    verify_code,
)
from api.accounts.sign_in_limits import Attempt, forget_attempt
from api.audit_trail.log import record_event
from api.crypto import hashing_queues
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import verify_password
from api.crypto.row_seal import sealed_or_none
from api.http.principal import AccessRole, Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import InputFault, NotSignedInError, UnusableInputError
from coach.feedback import SingleLineText

_SECOND_FACTOR_TIMEOUT = timedelta(minutes=10)


class SignInForm(FrozenModel):
    """The fields of the sign-in form."""

    name: Annotated[str, Field(max_length=200), SingleLineText]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=40)]


class CodeForm(FrozenModel):
    """An authenticator or recovery code, and the page to show next."""

    code: Annotated[str, Field(max_length=40)]
    go_on_to: Annotated[str, Field(max_length=300), SingleLineText] = "/"


@dataclass(frozen=True, slots=True)
class PasswordSignIn:
    """The result of a password sign-in: the session cookie's secret, and the device cookie."""

    cookie: IssuedSecret
    device: str


def sign_in_by_password(services: Services, form: SignInForm, attempt: Attempt) -> PasswordSignIn:
    """Sign in with a name, password and code.

    Verifying a password is slow and therefore done outside the write transaction. The result
    counts only if the stored hash is still the same in that transaction.

    Raises:
        NotSignedInError: the name, password or code is wrong, or the user is locked out; the
            message does not reveal which.
        BusyError: too many passwords are being verified.
    """
    queue = hashing_queues.SIGNED_IN if attempt.from_known_device else hashing_queues.STRANGERS
    with services.database.reading() as tx:
        stored = _password_hash(tx, form.name)
    matches = verify_password(form.password, stored, queue)
    lifetime = timedelta(hours=services.settings.cookie_hours)
    with services.database.writing() as tx:
        cookie = finish_sign_in(
            tx,
            services.keyring,
            form,
            password_matches=matches and _password_hash(tx, form.name) == stored,
            now=services.now(),
            lifetime=lifetime,
            new_device=not attempt.from_known_device,
        )
        if cookie is not None:
            forget_attempt(tx, attempt)
            user_id = tx.get_one(CredentialRow, cookie.id).user_id or ""
    if cookie is None:
        raise NotSignedInError(facts.SIGN_IN_WRONG())
    return PasswordSignIn(cookie, issue_known_device(services.keyring, user_id, now=services.now()))


def sign_in_by_second_factor(services: Services, pending_secret: str, code: str) -> IssuedSecret:
    """Complete a sign-in at the provider with a code, and return the session cookie's secret.

    Raises:
        NotSignedInError: the code is wrong, the sign-in has expired, or the user is locked out.
    """
    lifetime = timedelta(hours=services.settings.cookie_hours)
    with services.database.writing() as tx:
        cookie = _finish_second_factor(
            tx, services.keyring, pending_secret, code, now=services.now(), lifetime=lifetime
        )
    if cookie is None:
        raise NotSignedInError(facts.SECOND_FACTOR_WRONG())
    return cookie


def confirm_by_code(services: Services, principal: Principal, code: str) -> bool:
    """Re-authenticate the requesting user with a code, and return whether it was accepted."""
    now = services.now()
    with services.database.writing() as tx:
        row = tx.get_one(UserRow, principal.user_id)
        if is_locked(row, now):
            return False
        if not verify_code(tx, services.keyring, row, code, now=now):
            record_failure(tx, row, "confirmation failed", now=now)
            return False
        row.failures, row.locked_until = 0, None
        record_confirmation(tx, principal, "code", now=now)
        return True


def require_code(services: Services, principal: Principal, code: str) -> None:
    """Re-authenticate the requesting user with a code; see `confirm_by_code`.

    Raises:
        UnusableInputError: the code was not accepted.
    """
    if not confirm_by_code(services, principal, code):
        raise UnusableInputError([InputFault("body", 1, "code", facts.CODE_NOT_ACCEPTED())])


def finish_sign_in(
    tx: Transaction,
    keyring: Keyring,
    form: SignInForm,
    *,
    password_matches: bool,
    now: datetime,
    lifetime: timedelta,
    new_device: bool = False,
) -> IssuedSecret | None:
    """Issue a cookie if the password and code are right; otherwise return `None`.

    The code may be a recovery code. A wrong password is recorded, and a wrong code unless the user
    is locked out. Only somebody who knows the password can lock the user out, by repeatedly
    entering wrong codes; see `record_failure`.
    """
    row = sealed_or_none(tx, _active_user(tx, form.name))
    if row is None or row.totp_sealed is None:
        return None
    if not password_matches:
        record_event(tx, "sign-in failed", "user", row.id)
        return None
    if is_locked(row, now):
        return None
    if not verify_code(tx, keyring, row, form.code, now=now):
        record_failure(tx, row, "sign-in failed", now=now)
        return None
    return complete_sign_in(tx, row, "password", now=now, lifetime=lifetime, new_device=new_device)


def complete_sign_in(
    tx: Transaction,
    row: UserRow,
    method: str,
    *,
    now: datetime,
    lifetime: timedelta,
    new_device: bool = False,
) -> IssuedSecret:
    """Issue a cookie to a user who has signed in, and record `method` in the audit trail.

    `new_device` is true if the user signs in with a password in a browser that is not one of their
    known devices; the audit trail records this.

    The user must have passed two factors, or have no second factor yet; in the latter case, they
    can reach only their account page.
    """
    row.failures, row.locked_until = 0, None
    user = Principal(AccessRole(row.role), user_id=row.id)
    if new_device:
        record_event(tx, "user signed in", "user", row.id, by=user, how=method, new_device=1)
    else:
        record_event(tx, "user signed in", "user", row.id, by=user, how=method)
    factor = PROVIDER_FACTOR if method == PROVIDER_FACTOR else None
    return issue_session_cookie(tx, row.id, now=now, lifetime=lifetime, factor=factor)


def start_second_factor(tx: Transaction, row: UserRow, *, now: datetime) -> IssuedSecret:
    """Issue a pending second factor, valid for ten minutes, after a sign-in at the provider."""
    return issue_pending_second_factor(tx, row.id, now=now, lifetime=_SECOND_FACTOR_TIMEOUT)


def record_confirmation(tx: Transaction, principal: Principal, how: str, *, now: datetime) -> None:
    """Record that the requesting user has just authenticated again in this browser."""
    row = tx.get_one(CredentialRow, principal.credential_id)
    row.confirmed_at = now
    if how == PROVIDER_FACTOR:
        row.factor = PROVIDER_FACTOR
    record_event(tx, "user confirmed", "user", principal.user_id or "", how=how)


def _finish_second_factor(
    tx: Transaction, keyring: Keyring, secret: str, code: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret | None:
    pending = find_pending_second_factor(tx, secret, now=now)
    row = None if pending is None else sealed_or_none(tx, tx.get_one(UserRow, pending.user_id))
    if pending is None or row is None or row.disabled_at is not None or is_locked(row, now):
        return None
    if not verify_code(tx, keyring, row, code, now=now):
        record_failure(tx, row, "sign-in failed", now=now)
        return None
    pending.revoked_at = now
    return complete_sign_in(tx, row, "provider and code", now=now, lifetime=lifetime)


def _password_hash(tx: Transaction, name: str) -> str | None:
    row = sealed_or_none(tx, _active_user(tx, name))
    return None if row is None else row.password_hash


def _active_user(tx: Transaction, name: str) -> UserRow | None:
    return tx.scalar(select(UserRow).where(UserRow.name == name, UserRow.disabled_at.is_(None)))
