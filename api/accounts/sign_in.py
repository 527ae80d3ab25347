"""Signing in by password and code, setting these up, and showing again who one is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.browser_sessions import (
    end_browser_sessions,
    find_pending_second_factor,
    issue_pending_second_factor,
    issue_session_cookie,
)
from api.accounts.credentials import IssuedSecret
from api.accounts.rows import CredentialRow, UserRow
from api.accounts.second_factors import is_locked, record_failure, seal_totp, verify_code
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import matching_totp_step, password_weakness
from api.http.principal import AccessRole, Principal
from api.values import FrozenModel
from coach.errors import InputFault, UnusableInputError
from coach.feedback import SingleLineText

_SECOND_FACTOR_TIMEOUT = timedelta(minutes=10)


class SignInForm(FrozenModel):
    """What somebody types to sign in."""

    name: Annotated[str, Field(max_length=200), SingleLineText]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=40)]


class CodeForm(FrozenModel):
    """A code of the app or a recovery code, and where to go on to."""

    code: Annotated[str, Field(max_length=40)]
    go_on_to: Annotated[str, Field(max_length=300), SingleLineText] = "/"


class AccountForm(FrozenModel):
    """A new password, a second factor's secret, and a code that shows the app has it."""

    password: Annotated[str, Field(max_length=1000)]
    totp_secret: Annotated[str, Field(pattern=r"^[A-Z2-7]{32}$")]
    code: Annotated[str, Field(max_length=20)]


def set_up_account(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    form: AccountForm,
    password_hash: str | None,
    *,
    now: datetime,
) -> None:
    """Give the user who asks a password and a second factor; other browsers are signed out.

    Without `password_hash` there is the second factor alone: who signs in with another account
    needs no password here.

    Raises:
        UnusableInputError: the code is not of that secret.
    """
    row = tx.get_one(UserRow, principal.user_id)
    step = matching_totp_step(form.totp_secret, form.code, now, after=0)
    if step is None:
        raise UnusableInputError([_fault("code", "the code is not right; type the one shown now")])
    row.password_hash, row.totp_step = password_hash, step
    row.totp_sealed = seal_totp(keyring, row.id, form.totp_secret)
    row.failures, row.locked_until = 0, None
    end_browser_sessions(tx, row.id, now, except_id=principal.credential_id)
    record_event(tx, "password and second factor set", "user", row.id)


def refuse_weak_password(password: str, name: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        UnusableInputError: says why, and what to do.
    """
    why = password_weakness(password, [name])
    if why is not None:
        raise UnusableInputError([_fault("password", why)])


def password_hash_of(tx: Transaction, name: str) -> str | None:
    """The hash to hold a typed password against, before the next transaction begins."""
    return tx.scalar(
        select(UserRow.password_hash).where(UserRow.name == name, UserRow.disabled_at.is_(None))
    )


def finish_sign_in(
    tx: Transaction,
    keyring: Keyring,
    form: SignInForm,
    *,
    verify_password: bool,
    now: datetime,
    lifetime: timedelta,
) -> IssuedSecret | None:
    """A cookie for who typed the right password and code; `None`, and counted, where not.

    Instead of the app's code a recovery code does. After five wrong tries in a row each further one
    locks the account for twice as long.
    """
    row = tx.scalar(select(UserRow).where(UserRow.name == form.name, UserRow.disabled_at.is_(None)))
    if row is None or row.totp_sealed is None or is_locked(row, now):
        return None
    if not verify_password or not verify_code(tx, keyring, row, form.code, now=now):
        record_failure(tx, row, "sign-in failed", now=now)
        return None
    return complete_sign_in(tx, row, "password", now=now, lifetime=lifetime)


def complete_sign_in(
    tx: Transaction, row: UserRow, by: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret:
    """A cookie for a user who has shown two factors; `by` says which way they came."""
    row.failures, row.locked_until = 0, None
    user = Principal(AccessRole(row.role), user_id=row.id)
    record_event(tx, "user signed in", "user", row.id, by=user, how=by)
    return issue_session_cookie(tx, row.id, now=now, lifetime=lifetime)


def start_second_factor(tx: Transaction, row: UserRow, *, now: datetime) -> IssuedSecret:
    """For who has shown one factor elsewhere: ten minutes to show the second here."""
    return issue_pending_second_factor(tx, row.id, now=now, lifetime=_SECOND_FACTOR_TIMEOUT)


def finish_second_factor(
    tx: Transaction, keyring: Keyring, secret: str, code: str, *, now: datetime, lifetime: timedelta
) -> IssuedSecret | None:
    """A cookie for who began elsewhere and typed the right code; `None`, and counted, where not."""
    pending_second_factor = find_pending_second_factor(tx, secret, now=now)
    row = (
        None
        if pending_second_factor is None
        else tx.get_one(UserRow, pending_second_factor.user_id)
    )
    if (
        pending_second_factor is None
        or row is None
        or row.disabled_at is not None
        or is_locked(row, now)
    ):
        return None
    if not verify_code(tx, keyring, row, code, now=now):
        record_failure(tx, row, "sign-in failed", now=now)
        return None
    pending_second_factor.revoked_at = now
    return complete_sign_in(tx, row, "provider and code", now=now, lifetime=lifetime)


def confirm_by_code(
    tx: Transaction, keyring: Keyring, principal: Principal, code: str, *, now: datetime
) -> bool:
    """Whether the signed-in user has typed the right code; then this browser counts as fresh."""
    row = tx.get_one(UserRow, principal.user_id)
    if is_locked(row, now):
        return False
    if not verify_code(tx, keyring, row, code, now=now):
        record_failure(tx, row, "confirmation failed", now=now)
        return False
    row.failures, row.locked_until = 0, None
    record_confirmation(tx, principal, "code", now=now)
    return True


def record_confirmation(tx: Transaction, principal: Principal, how: str, *, now: datetime) -> None:
    """Write down that the user of this browser has just shown again who they are."""
    tx.get_one(CredentialRow, principal.credential_id).confirmed_at = now
    record_event(tx, "user confirmed", "user", principal.user_id or "", how=how)


def _fault(field: str, message: str) -> InputFault:
    return InputFault("form", 1, field, message)
