"""Passkeys (W3C Web Authentication): registering, naming, removing, and signing in with one.

The device makes sure of its user (a finger, a face, a PIN) before it signs: so a passkey is two
factors by itself, and one that does not is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any

import structlog
from pydantic import StringConstraints
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction
from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from api.accounts.rows import PasskeyRow, UserRow
from api.accounts.sign_in_flow import SignInFlow
from api.audit_trail.log import record_event
from api.http.principal import Principal
from api.values import FrozenModel
from coach.errors import ConflictError, InputFault, NotFoundError, UnusableInputError
from coach.feedback import SingleLineText

_LOG = structlog.stdlib.get_logger(__name__)
_MAX_PASSKEYS = 20
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,1400}")
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError)  # what a browser may have made up


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site that passkeys are bound to: its host, the origin browsers name, and its words."""

    host: str
    origin: str
    name: str


class PasskeyName(FrozenModel):
    """What its user calls a passkey, to tell it from others."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), SingleLineText
    ]


class PasskeyView(FrozenModel):
    """A passkey, as its user sees it."""

    id: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


def passkeys_of(tx: Transaction, principal: Principal) -> tuple[PasskeyView, ...]:
    """The viewer's passkeys, the oldest first."""
    return tuple(
        PasskeyView(
            id=row.id, name=row.name, created_at=row.created_at, last_used_at=row.last_used_at
        )
        for row in _rows_of(tx, principal.user_id)
    )


def registration_options(tx: Transaction, flow: SignInFlow, relying_party: RelyingParty) -> str:
    """What a browser needs to make a passkey for the user of `flow`, as JSON.

    Raises:
        ConflictError: the user has twenty already.
    """
    user = tx.get_one(UserRow, flow.user_id)
    rows = _rows_of(tx, user.id)
    if len(rows) >= _MAX_PASSKEYS:
        raise ConflictError(f"you have {_MAX_PASSKEYS} passkeys; remove one first")
    return options_to_json(
        generate_registration_options(
            rp_id=relying_party.host,
            rp_name=relying_party.name,
            user_id=user.id.encode(),
            user_name=user.name,
            challenge=flow.challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(row.credential_id))
                for row in rows
            ],
        )
    )


def register(
    tx: Transaction,
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    name: PasskeyName,
    *,
    now: datetime,
) -> None:
    """Keep the public half of the passkey that the browser has made.

    Raises:
        UnusableInputError: it is not an answer to what was asked, or did not check its user.
        ConflictError: it is registered already.
    """
    try:
        registration = verify_registration_response(
            credential=dict(response),
            expected_challenge=flow.challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        _LOG.info("passkey not taken", why=type(error).__name__)
        raise UnusableInputError([_rejected()]) from None
    identifier = bytes_to_base64url(registration.credential_id)
    if not _IDENTIFIER.fullmatch(identifier):
        raise UnusableInputError([_rejected()])
    if tx.scalar(select(PasskeyRow.id).where(PasskeyRow.credential_id == identifier)) is not None:
        raise ConflictError("this passkey is registered already")
    row = PasskeyRow(
        user_id=flow.user_id,
        credential_id=identifier,
        public_key=registration.credential_public_key,
        sign_count=registration.sign_count,
        name=name.name,
        created_at=now,
    )
    tx.add(row)
    tx.flush()
    record_event(tx, "passkey added", "passkey", row.id)


def authentication_options(flow: SignInFlow, relying_party: RelyingParty) -> str:
    """What a browser needs to sign in with any passkey of this site, as JSON; it names nobody."""
    return options_to_json(
        generate_authentication_options(
            rp_id=relying_party.host,
            challenge=flow.challenge,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def user_of_assertion(
    tx: Transaction,
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    *,
    now: datetime,
) -> UserRow | None:
    """Whose passkey has signed; `None` where it is unknown, does not fit, or was copied."""
    identifier = response.get("id")
    if not isinstance(identifier, str) or not _IDENTIFIER.fullmatch(identifier):
        return None
    row = tx.scalar(select(PasskeyRow).where(PasskeyRow.credential_id == identifier))
    user = None if row is None else tx.get_one(UserRow, row.user_id)
    if row is None or user is None or user.disabled_at is not None:
        return None
    try:
        assertion = verify_authentication_response(
            credential=dict(response),
            expected_challenge=flow.challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            credential_public_key=row.public_key,
            credential_current_sign_count=row.sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        _LOG.info("passkey refused", why=type(error).__name__)
        record_event(tx, "passkey refused", "passkey", row.id)
        return None
    row.sign_count, row.last_used_at = assertion.new_sign_count, now
    return user


def rename(tx: Transaction, principal: Principal, passkey_id: str, name: PasskeyName) -> None:
    """Call one of the viewer's passkeys otherwise.

    Raises:
        NotFoundError: there is none, or it is another user's.
    """
    _own_passkey(tx, principal, passkey_id).name = name.name
    record_event(tx, "passkey renamed", "passkey", passkey_id)


def remove(tx: Transaction, principal: Principal, passkey_id: str) -> None:
    """Let one of the viewer's passkeys open nothing any more.

    Raises:
        NotFoundError: there is none, or it is another user's.
    """
    tx.delete(_own_passkey(tx, principal, passkey_id))
    record_event(tx, "passkey removed", "passkey", passkey_id)


def _rejected() -> InputFault:
    return InputFault("form", 1, "passkey", "the passkey was not taken; please try again")


def _own_passkey(tx: Transaction, principal: Principal, passkey_id: str) -> PasskeyRow:
    row = tx.get(PasskeyRow, passkey_id)
    if row is None or row.user_id != principal.user_id:
        raise NotFoundError("there is no such passkey")
    return row


def _rows_of(tx: Transaction, user_id: str | None) -> list[PasskeyRow]:
    return list(
        tx.scalars(
            select(PasskeyRow)
            .where(PasskeyRow.user_id == user_id)
            .order_by(PasskeyRow.created_at, PasskeyRow.id)
        )
    )
