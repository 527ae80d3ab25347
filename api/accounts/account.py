"""Operations on a user's own account: reading, setting up and unlinking it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.browser_sessions import end_browser_sessions
from api.accounts.credentials import CredentialView, active_credentials_of
from api.accounts.passkeys import PasskeyView, passkeys_of
from api.accounts.rows import UserRow
from api.accounts.second_factors import count_unused_recovery_codes, seal_totp
from api.accounts.users import UserView, current_user, unlink_user
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import hash_password, matching_totp_step, password_weakness
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.texts.facts import Displayed


class AccountForm(FrozenModel):
    """A new password, a new TOTP secret, and a code that proves that the app has the secret."""

    password: Annotated[str, Field(max_length=1000)]
    totp_secret: Annotated[str, Field(pattern=r"^[A-Z2-7]{32}$")]
    code: Annotated[str, Field(max_length=20)]


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
    """Set the requesting user's password and second factor, and sign out their other browsers.

    If the user's account is linked, the password may be empty, which removes an existing password.

    Raises:
        UnusableInputError: the password is too weak, or the code does not match the secret.
    """
    with services.database.reading() as tx:
        user = current_user(tx, principal)
    hashed = None
    if form.password or not user.linked:
        _refuse_weak_password(form.password, user.name)
        hashed = hash_password(form.password)
    with services.database.writing() as tx:
        if hashed is None and not current_user(tx, principal).linked:
            _refuse_weak_password(form.password, user.name)  # the link was removed in the meantime
        set_password_and_second_factor(
            tx, services.keyring, principal, form, hashed, now=services.now()
        )


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
    form: AccountForm,
    password_hash: str | None,
    *,
    now: datetime,
) -> None:
    """Replace a user's password and second factor; `None` as the hash removes the password.

    Raises:
        UnusableInputError: the code does not match the secret.
    """
    row = tx.get_one(UserRow, principal.user_id)
    step = matching_totp_step(form.totp_secret, form.code, now, after=0)
    if step is None:
        raise UnusableInputError([_fault("code", facts.CODE_WRONG())])
    row.password_hash, row.totp_step = password_hash, step
    row.totp_sealed = seal_totp(keyring, row.id, form.totp_secret)
    row.failures, row.locked_until = 0, None
    end_browser_sessions(tx, row.id, now, except_id=principal.credential_id)
    record_event(tx, "password and second factor set", "user", row.id)


def _refuse_weak_password(password: str, name: str) -> None:
    weakness = password_weakness(password, [name])
    if weakness is not None:
        raise UnusableInputError([_fault("password", weakness)])


def _fault(field: str, message: Displayed) -> InputFault:
    return InputFault("form", 1, field, message)
