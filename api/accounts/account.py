"""Operations on a user's own account: reading, setting up and unlinking it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.browser_sessions import end_browser_sessions, end_tokens
from api.accounts.credentials import CredentialView, active_credentials_of
from api.accounts.passkeys import PasskeyView, passkeys_of
from api.accounts.rows import UserRow
from api.accounts.second_factors import (
    count_unused_recovery_codes,
    is_locked,
    proposed_totp_secret,
    record_failure,
    seal_totp,
    verify_code,
)
from api.accounts.users import UserView, current_user, unlink_user
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import (
    hash_password,
    matching_totp_step,
    password_weakness,
    verify_password,
)
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.texts.facts import Displayed


class AccountForm(FrozenModel):
    """A new password, and a code that proves that the app has the proposed secret.

    `old_password` and `old_code` are required if the user already has them. If `password` is empty,
    the password does not change.
    """

    password: Annotated[str, Field(max_length=1000)] = ""
    code: Annotated[str, Field(max_length=20)]
    old_password: Annotated[str, Field(max_length=1000)] = ""
    old_code: Annotated[str, Field(max_length=40)] = ""


@dataclass(frozen=True, slots=True)
class NewSecondFactor:
    """A secret for an authenticator app, and a code that proves that the app has it."""

    secret: str
    code: str


@dataclass(frozen=True, slots=True)
class Account:
    """A user's account: passkeys, number of unused recovery codes, and active credentials."""

    user: UserView
    passkeys: tuple[PasskeyView, ...]
    recovery_codes_left: int
    credentials: tuple[CredentialView, ...]


@dataclass(frozen=True, slots=True)
class ConfirmationMeans:
    """A user, and whether they can confirm their identity with a passkey."""

    user: UserView
    has_passkeys: bool


def read_account(services: Services, principal: Principal) -> Account:
    """Return the requesting user's account."""
    with services.database.reading() as tx:
        return Account(
            user=current_user(tx, principal),
            passkeys=passkeys_of(tx, principal),
            recovery_codes_left=count_unused_recovery_codes(tx, principal),
            credentials=active_credentials_of(tx, principal, now=services.now()),
        )


def read_confirmation_means(services: Services, principal: Principal) -> ConfirmationMeans:
    """Return how the requesting user can confirm their identity."""
    with services.database.reading() as tx:
        return ConfirmationMeans(current_user(tx, principal), bool(passkeys_of(tx, principal)))


def set_up_account(services: Services, principal: Principal, form: AccountForm) -> None:
    """Set the requesting user's password and second factor.

    Their other browsers are signed out, and their tokens end.

    Raises:
        UnusableInputError: the password is too weak, or a password or code is wrong.
    """
    with services.database.reading() as tx:
        user, stored = current_user(tx, principal), _password_hash(tx, principal)
    if form.password or not (user.linked or stored):
        _refuse_weak_password(form.password, user.name)
    knows_password = stored is None or verify_password(form.old_password, stored)
    hashed = hash_password(form.password) if form.password and knows_password else None
    now = services.now()
    with services.database.writing() as tx:
        unchanged = knows_password and _password_hash(tx, principal) == stored
        fault = _check_old(tx, services.keyring, principal, form, knows_password=unchanged, now=now)
        if fault is None:
            row = tx.get_one(UserRow, principal.user_id)
            secret = proposed_totp_secret(services.keyring, row, principal.credential_id)
            factor = NewSecondFactor(secret, form.code)
            set_password_and_second_factor(tx, services.keyring, principal, factor, hashed, now=now)
    if fault is not None:  # raised after the failed attempt was stored
        raise UnusableInputError([fault])


def proposed_secret(services: Services, principal: Principal) -> str:
    """Return the secret that the requesting user is asked to add to their authenticator app."""
    with services.database.reading() as tx:
        row = tx.get_one(UserRow, principal.user_id)
        return proposed_totp_secret(services.keyring, row, principal.credential_id)


def unlink_account(services: Services, principal: Principal) -> None:
    """Unlink the requesting user's account at the identity provider.

    Raises:
        ConflictError: the user has no password and could no longer sign in.
    """
    with services.database.writing() as tx:
        user = current_user(tx, principal)
        if not user.has_password:
            raise ConflictError(facts.PASSWORD_FIRST())
        unlink_user(tx, user.id)


def set_password_and_second_factor(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    factor: NewSecondFactor,
    password_hash: str | None,
    *,
    now: datetime,
) -> None:
    """Replace a user's password, unless the hash is `None`, and the secret of their second factor.

    Raises:
        UnusableInputError: the code does not match the secret.
    """
    row = tx.get_one(UserRow, principal.user_id)
    step = matching_totp_step(factor.secret, factor.code, now, after=0)
    if step is None:
        raise UnusableInputError([_fault("code", facts.CODE_WRONG())])
    row.password_hash, row.totp_step = password_hash or row.password_hash, step
    row.totp_sealed = seal_totp(keyring, row.id, factor.secret)
    row.failures, row.locked_until = 0, None
    end_browser_sessions(tx, row.id, now, except_id=principal.credential_id)
    end_tokens(tx, row.id, now)
    record_event(tx, "password and second factor set", "user", row.id)


def _check_old(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    form: AccountForm,
    *,
    knows_password: bool,
    now: datetime,
) -> InputFault | None:
    """Check the old password and code; return what is wrong, and record the failed attempt."""
    row = tx.get_one(UserRow, principal.user_id)
    if is_locked(row, now):
        return _fault("old_code", facts.CODE_NOT_ACCEPTED())
    fault = None
    if not knows_password:
        fault = _fault("old_password", facts.OLD_PASSWORD_WRONG())
    elif row.totp_sealed is not None and not verify_code(tx, keyring, row, form.old_code, now=now):
        fault = _fault("old_code", facts.CODE_NOT_ACCEPTED())
    if fault is not None:
        record_failure(tx, row, "confirmation failed", now=now)
    return fault


def _password_hash(tx: Transaction, principal: Principal) -> str | None:
    return tx.get_one(UserRow, principal.user_id).password_hash


def _refuse_weak_password(password: str, name: str) -> None:
    weakness = password_weakness(password, [name])
    if weakness is not None:
        raise UnusableInputError([_fault("password", weakness)])


def _fault(field: str, message: Displayed) -> InputFault:
    return InputFault("form", 1, field, message)
