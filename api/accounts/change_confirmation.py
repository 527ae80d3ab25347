"""Confirmation of sign-in changes with the requesting user's current factors.

A signed-in browser alone must not be enough to add a factor, to create a token, or to reset the
factor of another user, because otherwise anyone who stole the session could keep access. Such a
change therefore requires the password and a code, a passkey, or the identity provider with its
second factor. Either the password and code are sent with the change, or the browser presents a
*change secret*: it is issued after a confirmation, stored in a cookie, valid for ten minutes, and
used up by one change. It can be used only by the browser session in which the user confirmed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar

from pydantic import Field
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.rows import CredentialRow, SignInFlowKind, UserRow
from api.accounts.second_factors import (
    PROVIDER_FACTOR,
    AcceptedCode,
    has_passkey,
    is_locked,
    record_failure,
    verify_code,
)
from api.accounts.sign_in import record_confirmation
from api.accounts.sign_in_flow import SignInFlow, consume_flow, find_flow, start_flow
from api.crypto.password_hashing import verify_password
from api.crypto.row_seal import is_sealed
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConfirmChangeError, InputFault, UnusableInputError
from coach.texts.facts import Fact

_ResultT = TypeVar("_ResultT")
_CHANGE_KINDS = (SignInFlowKind.CHANGE, SignInFlowKind.RECOVERY_CHANGE)


class OldFactors(FrozenModel):
    """A user's current password and second-factor code, if they have them.

    The code is either from the user's current authenticator app or a recovery code.
    """

    old_password: Annotated[str, Field(max_length=1000)] = ""
    old_code: Annotated[str, Field(max_length=40)] = ""


@dataclass(frozen=True, slots=True)
class ChangeProof:
    """The proof that a request presents to confirm a change: the old factors, or a change secret.

    `entered` is `None` if the form has no fields for the old factors; in that case, only a change
    secret is accepted.
    """

    entered: OldFactors | None
    change_secret: str = ""


class Confirmation(StrEnum):
    """The method by which a change was confirmed."""

    NOT_NEEDED = "not needed"  # the user has nothing to confirm with yet
    FACTOR = "factor"
    RECOVERY_CODE = "recovery code"


def needs_confirmation(tx: Transaction, principal: Principal) -> bool:
    """Return whether the requesting user has a factor, and therefore has to confirm changes.

    This is also true if the user's row was altered outside the application, because the user may
    have had a password or an app.
    """
    row = tx.get_one(UserRow, principal.user_id)
    if not is_sealed(tx, row):
        return True
    by_password = row.password_hash is not None or row.totp_sealed is not None
    return by_password or has_passkey(tx, row) or _uses_provider(tx, principal)


def may_change(tx: Transaction, services: Services, principal: Principal, secret: str) -> bool:
    """Return whether the requesting user can make a change now with this change secret."""
    found = find_flow(tx, secret, _CHANGE_KINDS, now=services.now()) if secret else None
    return _is_own(found, principal) or not needs_confirmation(tx, principal)


def confirms_by_code(tx: Transaction, principal: Principal) -> bool:
    """Return whether the requesting user confirms changes with a password, a code, or both.

    A password alone is enough only for a user who has no second factor.
    """
    row = tx.get_one(UserRow, principal.user_id)
    if row.totp_sealed is not None:
        return True
    other = has_passkey(tx, row) or _uses_provider(tx, principal)
    return row.password_hash is not None and not other


def require_may_change(
    tx: Transaction, services: Services, principal: Principal, secret: str
) -> None:
    """Check that the requesting user can make a change now, without using up the change secret.

    Raises:
        ConfirmChangeError: the user has to confirm the change first.
    """
    if not may_change(tx, services, principal, secret):
        raise ConfirmChangeError(facts.CONFIRM_CHANGE())


def require_confirmation(
    tx: Transaction, services: Services, principal: Principal, secret: str
) -> Confirmation:
    """Use up a change secret, and return how the change was confirmed.

    A user who has no factor to confirm with does not need a change secret.

    Raises:
        ConfirmChangeError: the secret is missing, used or expired, or belongs to another browser or
            user.
    """
    if not needs_confirmation(tx, principal):
        return Confirmation.NOT_NEEDED
    now = services.now()
    found = find_flow(tx, secret, _CHANGE_KINDS, now=now) if secret else None
    if found is None or not _is_own(found, principal):
        raise ConfirmChangeError(facts.CONFIRM_CHANGE())
    consume_flow(tx, secret, _CHANGE_KINDS, now=now)
    recovery = found.kind is SignInFlowKind.RECOVERY_CHANGE
    return Confirmation.RECOVERY_CODE if recovery else Confirmation.FACTOR


def compare_password(services: Services, principal: Principal, typed: str) -> str | None:
    """Return the stored hash of the user's password if `typed` is that password, else `None`.

    This is slow, so do not call it in a transaction. `accept_proof` accepts the result only if the
    password has not been changed in the meantime.
    """
    with services.database.reading() as tx:
        stored = tx.get_one(UserRow, principal.user_id).password_hash
    return stored if stored is not None and verify_password(typed, stored) else None


def accept_proof(
    tx: Transaction,
    services: Services,
    principal: Principal,
    proof: ChangeProof,
    *,
    matching_hash: str | None,
) -> Confirmation | InputFault:
    """Return the method of confirmation, or the fault in the old password or code.

    `matching_hash` is the result of `compare_password`. Failed attempts are counted, so the
    transaction must be committed even if there is a fault.

    Raises:
        ConfirmChangeError: the user cannot confirm with a password and code here, and the change
            secret is not valid.
    """
    entered = proof.entered if confirms_by_code(tx, principal) else None
    if proof.change_secret or entered is None:
        if may_change(tx, services, principal, proof.change_secret):
            return require_confirmation(tx, services, principal, proof.change_secret)
        if entered is None:
            raise ConfirmChangeError(facts.CONFIRM_CHANGE())
    now, row = services.now(), tx.get_one(UserRow, principal.user_id)
    if is_locked(row, now) or not is_sealed(tx, row):
        return _fault("old_code", facts.CODE_NOT_ACCEPTED())
    if row.password_hash != matching_hash:
        record_failure(tx, row, "confirmation failed", now=now)
        return _fault("old_password", facts.OLD_PASSWORD_WRONG())
    accepted = None
    if row.totp_sealed is not None:
        accepted = verify_code(tx, services.keyring, row, entered.old_code, now=now)
        if accepted is None:
            record_failure(tx, row, "confirmation failed", now=now)
            return _fault("old_code", facts.CODE_NOT_ACCEPTED())
    row.failures, row.locked_until = 0, None
    recovered = accepted is AcceptedCode.RECOVERY
    return Confirmation.RECOVERY_CODE if recovered else Confirmation.FACTOR


def change_with_proof(
    services: Services,
    principal: Principal,
    proof: ChangeProof,
    change: Callable[[Transaction, Confirmation], _ResultT],
) -> _ResultT:
    """Call `change` in a transaction in which the requesting user has confirmed it.

    Raises:
        UnusableInputError: the old password or code is wrong; the failed attempt is counted.
        ConfirmChangeError: the user has to confirm the change first.
    """
    typed = "" if proof.entered is None else proof.entered.old_password
    matching_hash = compare_password(services, principal, typed)
    with services.database.writing() as tx:
        outcome = accept_proof(tx, services, principal, proof, matching_hash=matching_hash)
        if not isinstance(outcome, InputFault):
            return change(tx, outcome)
    raise UnusableInputError([outcome])  # after the failed attempt was committed


def confirm_change(services: Services, principal: Principal, entered: OldFactors) -> SignInFlow:
    """Confirm a change with the old password and code, and return the flow with the change secret.

    Raises:
        UnusableInputError: the password or the code is wrong; the failed attempt is counted.
        ConfirmChangeError: the user has to confirm with a passkey or at the provider.
    """

    def start(tx: Transaction, outcome: Confirmation) -> SignInFlow:
        return start_change(tx, services, principal, "code", outcome)

    return change_with_proof(services, principal, ChangeProof(entered), start)


def start_change(
    tx: Transaction, services: Services, principal: Principal, how: str, outcome: Confirmation
) -> SignInFlow:
    """Record the user's confirmation, and return the flow with the change secret."""
    now = services.now()
    record_confirmation(tx, principal, how, now=now)
    recovered = outcome is Confirmation.RECOVERY_CODE
    kind = SignInFlowKind.RECOVERY_CHANGE if recovered else SignInFlowKind.CHANGE
    return start_flow(tx, kind, principal.user_id, principal.credential_id or "", now=now)


def _is_own(flow: SignInFlow | None, principal: Principal) -> bool:
    """Return whether a flow was started by the requesting user, in this browser session."""
    owner = (principal.user_id, principal.credential_id)
    return flow is not None and (flow.user_id, flow.go_on_to) == owner


def _uses_provider(tx: Transaction, principal: Principal) -> bool:
    """Return whether this browser's or token's second factor is the identity provider's."""
    row = tx.get(CredentialRow, principal.credential_id) if principal.credential_id else None
    return row is not None and row.factor == PROVIDER_FACTOR


def _fault(field: str, message: Fact) -> InputFault:
    return InputFault("form", 1, field, message)
