"""Signing in by password and code, setting these up, and showing again who one is."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts.credentials import (
    Issued,
    end_browsers,
    half_of,
    issue_cookie,
    issue_half,
)
from api.accounts.rows import CredentialRow, UserRow
from api.accounts.second_factors import code_fits, count_failure, is_locked, seal_totp
from api.audit_trail.log import note_act
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import totp_step_of, weakness
from api.http.principal import AccessRole, Viewer
from api.values import View
from coach.errors import InputFault, UnusableInputError
from coach.feedback import OneLine

_HALF_LASTS = timedelta(minutes=10)


class SignInForm(View):
    """What somebody types to sign in."""

    name: Annotated[str, Field(max_length=200), OneLine]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=40)]


class CodeForm(View):
    """A code of the app or a recovery code, and where to go on to."""

    code: Annotated[str, Field(max_length=40)]
    go_on_to: Annotated[str, Field(max_length=300), OneLine] = "/"


class AccountForm(View):
    """A new password, a second factor's secret, and a code that shows the app has it."""

    password: Annotated[str, Field(max_length=1000)]
    totp_secret: Annotated[str, Field(pattern=r"^[A-Z2-7]{32}$")]
    code: Annotated[str, Field(max_length=20)]


def set_up_account(
    tx: Transaction,
    keyring: Keyring,
    viewer: Viewer,
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
    row = tx.get_one(UserRow, viewer.user_id)
    step = totp_step_of(form.totp_secret, form.code, now, after=0)
    if step is None:
        raise UnusableInputError([_fault("code", "the code is not right; type the one shown now")])
    row.password_hash, row.totp_step = password_hash, step
    row.totp_sealed = seal_totp(keyring, row.id, form.totp_secret)
    row.failures, row.locked_until = 0, None
    end_browsers(tx, row.id, now, but=viewer.credential_id)
    note_act(tx, "password and second factor set", "user", row.id)


def refuse_weak(password: str, name: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        UnusableInputError: says why, and what to do.
    """
    why = weakness(password, [name])
    if why is not None:
        raise UnusableInputError([_fault("password", why)])


def password_of(tx: Transaction, name: str) -> str | None:
    """The hash to hold a typed password against, before the next transaction begins."""
    return tx.scalar(
        select(UserRow.password_hash).where(UserRow.name == name, UserRow.disabled_at.is_(None))
    )


def finish_sign_in(
    tx: Transaction,
    keyring: Keyring,
    form: SignInForm,
    *,
    password_fits: bool,
    now: datetime,
    lasting: timedelta,
) -> Issued | None:
    """A cookie for who typed the right password and code; `None`, and counted, where not.

    Instead of the app's code a recovery code does. After five wrong tries in a row each further one
    locks the account for twice as long.
    """
    row = tx.scalar(select(UserRow).where(UserRow.name == form.name, UserRow.disabled_at.is_(None)))
    if row is None or row.totp_sealed is None or is_locked(row, now):
        return None
    if not password_fits or not code_fits(tx, keyring, row, form.code, now=now):
        count_failure(tx, row, "sign-in failed", now=now)
        return None
    return signed_in_as(tx, row, "password", now=now, lasting=lasting)


def signed_in_as(
    tx: Transaction, row: UserRow, by: str, *, now: datetime, lasting: timedelta
) -> Issued:
    """A cookie for a user who has shown two factors; `by` says which way they came."""
    row.failures, row.locked_until = 0, None
    user = Viewer(AccessRole(row.role), user_id=row.id)
    note_act(tx, "user signed in", "user", row.id, by=user, how=by)
    return issue_cookie(tx, row.id, now=now, lasting=lasting)


def begin_half(tx: Transaction, row: UserRow, *, now: datetime) -> Issued:
    """For who has shown one factor elsewhere: ten minutes to show the second here."""
    return issue_half(tx, row.id, now=now, lasting=_HALF_LASTS)


def finish_half(
    tx: Transaction, keyring: Keyring, secret: str, code: str, *, now: datetime, lasting: timedelta
) -> Issued | None:
    """A cookie for who began elsewhere and typed the right code; `None`, and counted, where not."""
    half = half_of(tx, secret, now=now)
    row = None if half is None else tx.get_one(UserRow, half.user_id)
    if half is None or row is None or row.disabled_at is not None or is_locked(row, now):
        return None
    if not code_fits(tx, keyring, row, code, now=now):
        count_failure(tx, row, "sign-in failed", now=now)
        return None
    half.revoked_at = now
    return signed_in_as(tx, row, "provider and code", now=now, lasting=lasting)


def confirm_by_code(
    tx: Transaction, keyring: Keyring, viewer: Viewer, code: str, *, now: datetime
) -> bool:
    """Whether the signed-in user has typed the right code; then this browser counts as fresh."""
    row = tx.get_one(UserRow, viewer.user_id)
    if is_locked(row, now):
        return False
    if not code_fits(tx, keyring, row, code, now=now):
        count_failure(tx, row, "confirmation failed", now=now)
        return False
    row.failures, row.locked_until = 0, None
    confirm(tx, viewer, "code", now=now)
    return True


def confirm(tx: Transaction, viewer: Viewer, how: str, *, now: datetime) -> None:
    """Write down that the user of this browser has just shown again who they are."""
    tx.get_one(CredentialRow, viewer.credential_id).confirmed_at = now
    note_act(tx, "user confirmed", "user", viewer.user_id or "", how=how)


def _fault(field: str, message: str) -> InputFault:
    return InputFault("form", 1, field, message)
