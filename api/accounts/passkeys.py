"""Adding, renaming and removing a user's passkeys, and signing in with a passkey."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.browser_sessions import end_browser_sessions, end_tokens_and_feeds
from api.accounts.change_confirmation import require_confirmation, require_may_change
from api.accounts.credentials import IssuedSecret
from api.accounts.passkey_verification import (
    PasskeyOwner,
    RelyingParty,
    authentication_options,
    presented_credential_id,
    registration_options,
    verify_assertion,
    verify_registration,
)
from api.accounts.rows import PasskeyColumns, PasskeyRow, SignInFlowKind, UserRow
from api.accounts.sign_in import complete_sign_in
from api.accounts.sign_in_flow import SignInFlow, consume_flow, start_flow
from api.audit_trail.log import record_event
from api.crypto.row_seal import sealed_or_none
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import (
    ConflictError,
    InputFault,
    NotFoundError,
    NotSignedInError,
    UnusableInputError,
)
from coach.feedback import SingleLineText

_MAX_PASSKEYS = 20


class PasskeyName(FrozenModel):
    """The name by which a user recognises a passkey."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), SingleLineText
    ]


class PasskeyView(FrozenModel):
    """A passkey as shown to its user."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class PasskeyChallenge:
    """A started flow, and the JSON options that the browser needs to continue it."""

    flow: SignInFlow
    options: str


@dataclass(frozen=True, slots=True)
class PasskeySignIn:
    """The result of a passkey sign-in: the session cookie's secret, and the page to show next."""

    cookie: IssuedSecret
    go_on_to: str


def passkeys_of(tx: Transaction, principal: Principal) -> tuple[PasskeyView, ...]:
    """Return a user's passkeys, oldest first."""
    return tuple(
        PasskeyView(
            id=row.id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at
        )
        for row in _rows_of(tx, principal.user_id)
    )


def start_registration(
    services: Services,
    principal: Principal,
    relying_party: RelyingParty,
    change_secret: str,
    *,
    go_on_to: str,
) -> PasskeyChallenge:
    """Start adding a passkey to the requesting user's account.

    Raises:
        ConfirmChangeError: the user has to confirm the change first.
        ConflictError: the user already has twenty passkeys.
    """
    with services.database.writing() as tx:
        require_may_change(tx, services, principal, change_secret)
        user = tx.get_one(UserRow, principal.user_id)
        existing = _rows_of(tx, user.id)
        if len(existing) >= _MAX_PASSKEYS:
            raise ConflictError(facts.TOO_MANY_PASSKEYS(limit=_MAX_PASSKEYS))
        kind = SignInFlowKind.PASSKEY_ADD
        flow = start_flow(tx, kind, user.id, go_on_to, now=services.now())
        owner = PasskeyOwner(user.id, user.name)
        known = [row.credential_id for row in existing]
        options = registration_options(flow, relying_party, owner, known)
        return PasskeyChallenge(flow, options)


def finish_registration(
    services: Services,
    principal: Principal,
    relying_party: RelyingParty,
    flow_secret: str,
    response: Mapping[str, Any],
    *,
    name: PasskeyName,
    change_secret: str,
) -> str:
    """Store the passkey that the browser has created, and return the page to show next.

    Raises:
        ConfirmChangeError: the user has to confirm the change first.
        NotSignedInError: the flow has expired, or another user started it.
        UnusableInputError: the response is invalid, or the device did not verify its user.
        ConflictError: the passkey is already registered.
    """
    now = services.now()
    with services.database.writing() as tx:
        flow = consume_flow(tx, flow_secret, [SignInFlowKind.PASSKEY_ADD], now=now)
        if flow is not None and flow.user_id == principal.user_id:
            require_confirmation(tx, services, principal, change_secret)
            _store(tx, flow, relying_party, response, name, now=now)
            return flow.go_on_to
    raise NotSignedInError(facts.PASSKEY_TOO_LATE())


def start_sign_in(
    services: Services, relying_party: RelyingParty, go_on_to: str
) -> PasskeyChallenge:
    """Start signing in with any passkey for this site."""
    kind = SignInFlowKind.PASSKEY_SIGN_IN
    with services.database.writing() as tx:
        flow = start_flow(tx, kind, None, go_on_to, now=services.now())
    return PasskeyChallenge(flow, authentication_options(flow, relying_party))


def finish_sign_in(
    services: Services,
    relying_party: RelyingParty,
    flow_secret: str,
    response: Mapping[str, Any],
) -> PasskeySignIn:
    """Sign in the user whose passkey has signed the challenge.

    Raises:
        NotSignedInError: the passkey is unknown, its signature is invalid, or the flow has expired.
    """
    now, lifetime = services.now(), timedelta(hours=services.settings.cookie_hours)
    with services.database.writing() as tx:
        flow = consume_flow(tx, flow_secret, [SignInFlowKind.PASSKEY_SIGN_IN], now=now)
        user = None if flow is None else verify_signer(tx, flow, relying_party, response, now=now)
        if flow is not None and user is not None:
            cookie = complete_sign_in(tx, user, "passkey", now=now, lifetime=lifetime)
            return PasskeySignIn(cookie, flow.go_on_to)
    raise NotSignedInError(facts.PASSKEY_UNKNOWN())


def rename_passkey(
    services: Services, principal: Principal, passkey_id: str, name: PasskeyName
) -> None:
    """Rename one of the requesting user's passkeys.

    Raises:
        NotFoundError: there is no such passkey, or it belongs to another user.
    """
    with services.database.writing() as tx:
        _own_passkey(tx, principal, passkey_id).name = name.name
        record_event(tx, "passkey renamed", "passkey", passkey_id)


def remove_passkey(
    services: Services, principal: Principal, passkey_id: str, change_secret: str
) -> None:
    """Remove one of the requesting user's passkeys, and end their tokens, feed and other sessions.

    Raises:
        NotFoundError: there is no such passkey, or it belongs to another user.
        ConfirmChangeError: the user has to confirm the change first.
    """
    with services.database.writing() as tx:
        passkey = _own_passkey(tx, principal, passkey_id)
        require_confirmation(tx, services, principal, change_secret)
        tx.delete(passkey)
        user_id, now = principal.user_id or "", services.now()
        end_browser_sessions(tx, user_id, now, except_id=principal.credential_id)
        end_tokens_and_feeds(tx, user_id, now)
        record_event(tx, "passkey removed", "passkey", passkey_id)


def remove_all_passkeys(tx: Transaction, user_id: str) -> None:
    """Remove all of a user's passkeys."""
    for row in _rows_of(tx, user_id):
        tx.delete(row)
        record_event(tx, "passkey removed", "passkey", row.id)


def _store(
    tx: Transaction,
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    name: PasskeyName,
    *,
    now: datetime,
) -> None:
    new = verify_registration(flow, relying_party, response)
    if new is None:
        fault = InputFault("form", 1, "passkey", facts.PASSKEY_REJECTED())
        raise UnusableInputError([fault])
    known = select(PasskeyRow.id).where(PasskeyRow.credential_id == new.credential_id)
    if tx.scalar(known) is not None:
        raise ConflictError(facts.PASSKEY_REGISTERED())
    row = PasskeyRow(
        user_id=flow.user_id,
        credential_id=new.credential_id,
        public_key=new.public_key,
        sign_count=new.sign_count,
        name=name.name,
        created_at=now,
    )
    tx.add(row)
    tx.flush()
    record_event(tx, "passkey added", "passkey", row.id)


def verify_signer(
    tx: Transaction,
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    *,
    now: datetime,
) -> UserRow | None:
    """Return the user whose passkey signed the challenge, or `None` if the response is invalid.

    Passkeys of disabled users are rejected.
    """
    identifier = presented_credential_id(response)
    found = tx.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == identifier))
    row = sealed_or_none(tx, found)
    user = None if row is None else sealed_or_none(tx, tx.get_one(UserRow, row.user_id))
    if row is None or user is None or user.disabled_at is not None:
        return None
    return user if accept_assertion(tx, row, flow, relying_party, response, now=now) else None


def accept_assertion(
    tx: Transaction,
    row: PasskeyColumns,
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    *,
    now: datetime,
) -> bool:
    """Return whether a passkey signed the challenge of `flow`, and record its use or refusal."""
    sign_count = verify_assertion(
        flow, relying_party, response, public_key=row.public_key, sign_count=row.sign_count
    )
    if sign_count is None:
        record_event(tx, "passkey refused", "passkey", row.id)
        return False
    row.sign_count, row.last_used_at = sign_count, now
    return True


def _own_passkey(tx: Transaction, principal: Principal, passkey_id: str) -> PasskeyRow:
    row = tx.get(PasskeyRow, passkey_id)
    if row is None or row.user_id != principal.user_id:
        raise NotFoundError(facts.NO_SUCH_PASSKEY())
    return row


def _rows_of(tx: Transaction, user_id: str | None) -> list[PasskeyRow]:
    return list(
        tx.scalars(
            select(PasskeyRow)
            .where(PasskeyRow.user_id == user_id)
            .order_by(PasskeyRow.created_at, PasskeyRow.id)
        )
    )
