"""Operations on a user's own account: reading, setting up and unlinking it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.browser_sessions import end_browser_sessions, end_tokens_and_feeds
from api.accounts.change_confirmation import (
    ChangeProof,
    Confirmation,
    OldFactors,
    change_with_proof,
    confirms_by_code,
    may_change,
    require_confirmation,
)
from api.accounts.credentials import CredentialView, active_credentials_of
from api.accounts.passkeys import PasskeyView, passkeys_of, remove_all_passkeys
from api.accounts.rows import UserRow
from api.accounts.second_factors import (
    count_unused_recovery_codes,
    delete_recovery_codes,
    proposed_totp_secret,
    replace_recovery_codes,
    seal_totp,
)
from api.accounts.users import UserView, current_user, unlink_user
from api.audit_trail.log import record_event
from api.crypto.key_ring import Keyring
from api.crypto.password_hashing import (
    hash_password,
    matching_totp_step,
    password_weakness,
)
from api.http.principal import Principal
from api.organisation import Organisation
from api.services import Services
from coach.errors import ConflictError, InputFault, UnusableInputError
from coach.texts.facts import Displayed

_PRODUCT_NAMES = ("gender coach", "gendercoach", "coaching programme", "coachee")


class AccountForm(OldFactors):
    """A new password, and a code proving that the authenticator app has the proposed secret.

    `old_password` and `old_code` are required if the user already has them and presents no change
    secret. If `password` is empty, the password does not change. `remove_passkeys` also removes all
    of the user's passkeys.
    """

    password: Annotated[str, Field(max_length=1000)] = ""
    code: Annotated[str, Field(max_length=20)]
    remove_passkeys: bool = False


@dataclass(frozen=True, slots=True)
class NewSecondFactor:
    """A secret for an authenticator app, and a code proving that the app has this secret."""

    secret: str
    code: str


@dataclass(frozen=True, slots=True)
class Account:
    """A user's account: their passkeys, number of unused recovery codes, and active credentials.

    `may_change` is true if the user can change how they sign in without confirming first, and
    `confirms_by_code` if they confirm with a password or code.
    """

    user: UserView
    passkeys: tuple[PasskeyView, ...]
    recovery_codes_left: int
    credentials: tuple[CredentialView, ...]
    may_change: bool
    confirms_by_code: bool


@dataclass(frozen=True, slots=True)
class ConfirmationMeans:
    """A user, and whether they can confirm their identity with a passkey.

    `confirms_by_code` is true if they can confirm a change to how they sign in with their password,
    the code of their app, or both.
    """

    user: UserView
    has_passkeys: bool
    confirms_by_code: bool


def read_account(services: Services, principal: Principal, change_secret: str) -> Account:
    """Return the requesting user's account."""
    with services.database.reading() as tx:
        return Account(
            user=current_user(tx, principal),
            passkeys=passkeys_of(tx, principal),
            recovery_codes_left=count_unused_recovery_codes(tx, principal),
            credentials=active_credentials_of(tx, principal, now=services.now()),
            may_change=may_change(tx, services, principal, change_secret),
            confirms_by_code=confirms_by_code(tx, principal),
        )


def may_change_now(services: Services, principal: Principal, change_secret: str) -> bool:
    """Return whether the requesting user can make a change now without confirming first."""
    with services.database.reading() as tx:
        return may_change(tx, services, principal, change_secret)


def read_confirmation_means(services: Services, principal: Principal) -> ConfirmationMeans:
    """Return the means by which the requesting user can confirm their identity."""
    with services.database.reading() as tx:
        return ConfirmationMeans(
            user=current_user(tx, principal),
            has_passkeys=bool(passkeys_of(tx, principal)),
            confirms_by_code=confirms_by_code(tx, principal),
        )


def set_up_account(
    services: Services, principal: Principal, form: AccountForm, change_secret: str = ""
) -> None:
    """Set the requesting user's password and second factor.

    Their other browsers are signed out, their tokens and calendar feed are revoked, and their
    recovery codes are deleted. Their passkeys are deleted if the form requests it, or if the change
    was confirmed with a recovery code, because an intruder may have added them.

    Raises:
        UnusableInputError: the password is too weak, or a password or code is wrong.
        ConfirmChangeError: the user has to confirm the change first, with a passkey or at the
            provider.
    """
    with services.database.reading() as tx:
        user = current_user(tx, principal)
    if form.password or not (user.linked or user.has_password):
        words = known_words(user.name, services.settings.deployment)
        _refuse_weak_password(form.password, words)
    hashed = hash_password(form.password) if form.password else None
    now = services.now()

    def replace(tx: Transaction, outcome: Confirmation) -> None:
        row = tx.get_one(UserRow, principal.user_id)
        secret = proposed_totp_secret(services.keyring, row, principal.credential_id)
        factor = NewSecondFactor(secret, form.code)
        set_password_and_second_factor(tx, services.keyring, principal, factor, hashed, now=now)
        if form.remove_passkeys or outcome is Confirmation.RECOVERY_CODE:
            remove_all_passkeys(tx, row.id)

    change_with_proof(services, principal, ChangeProof(form, change_secret), replace)


def make_recovery_codes(
    services: Services, principal: Principal, proof: ChangeProof
) -> tuple[str, ...]:
    """Replace the requesting user's recovery codes with ten new ones, and return them.

    Raises:
        UnusableInputError: the old password or code is wrong.
        ConfirmChangeError: the user has to confirm the change first.
    """

    def replace(tx: Transaction, _outcome: Confirmation) -> tuple[str, ...]:
        return replace_recovery_codes(tx, principal.user_id or "")

    return change_with_proof(services, principal, proof, replace)


def proposed_secret(services: Services, principal: Principal) -> str:
    """Return the secret for the requesting user to add to their authenticator app."""
    with services.database.reading() as tx:
        row = tx.get_one(UserRow, principal.user_id)
        return proposed_totp_secret(services.keyring, row, principal.credential_id)


def unlink_account(services: Services, principal: Principal, change_secret: str) -> None:
    """Unlink the requesting user's provider account, and end their tokens, feed and other sessions.

    Raises:
        ConfirmChangeError: the user has to confirm the change first.
        ConflictError: the user has no password.
    """
    with services.database.writing() as tx:
        user = current_user(tx, principal)
        if not user.has_password:
            raise ConflictError(facts.PASSWORD_FIRST())
        require_confirmation(tx, services, principal, change_secret)
        unlink_user(tx, user.id)
        now = services.now()
        end_browser_sessions(tx, user.id, now, except_id=principal.credential_id)
        end_tokens_and_feeds(tx, user.id, now)


def set_password_and_second_factor(
    tx: Transaction,
    keyring: Keyring,
    principal: Principal,
    factor: NewSecondFactor,
    password_hash: str | None,
    *,
    now: datetime,
) -> None:
    """Replace the secret of a user's second factor and, unless the hash is `None`, their password.

    This also deletes their recovery codes, and ends their other browser sessions, tokens and feed.

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
    delete_recovery_codes(tx, row.id)
    end_browser_sessions(tx, row.id, now, except_id=principal.credential_id)
    end_tokens_and_feeds(tx, row.id, now)
    record_event(tx, "password and second factor set", "user", row.id)


def known_words(name: str, organisation: Organisation) -> list[str]:
    """Return the words that an attacker guessing the password of the user `name` would try first.

    These are the names of the user, the organiser, the programme and this application, and the
    words in these names.
    """
    programme = organisation.programme_name or ""
    names = [name, organisation.organiser_name, programme, *_PRODUCT_NAMES]
    return [*names, *(word for each in names for word in each.split())]


def _refuse_weak_password(password: str, words: list[str]) -> None:
    weakness = password_weakness(password, words)
    if weakness is not None:
        raise UnusableInputError([_fault("password", weakness)])


def _fault(field: str, message: Displayed) -> InputFault:
    return InputFault("form", 1, field, message)
