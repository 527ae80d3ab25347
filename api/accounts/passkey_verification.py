"""Verification of passkeys (W3C Web Authentication): options for the browser, and its responses.

A passkey counts as two factors because the device verifies its user (by fingerprint, face or PIN)
before it signs. Passkeys without user verification are therefore rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
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

from api.accounts.sign_in_flow import SignInFlow

_LOG = structlog.stdlib.get_logger(__name__)
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,1400}")
_MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError)  # raised for invalid responses


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """The site to which passkeys are bound: its host, the origin of its pages, and its name."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, slots=True)
class PasskeyOwner:
    """The user or person for whom a passkey is created: an id, and the name shown by the device."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class VerifiedRegistration:
    """A new passkey that passed verification; `credential_id` is in base64url."""

    credential_id: str
    public_key: bytes
    sign_count: int


def registration_options(
    flow: SignInFlow,
    relying_party: RelyingParty,
    owner: PasskeyOwner,
    existing: Iterable[str],
) -> str:
    """Return the JSON options with which a browser creates a passkey for `owner`.

    Devices that already have a passkey with one of the `existing` credential ids are excluded.
    """
    return options_to_json(
        generate_registration_options(
            rp_id=relying_party.host,
            rp_name=relying_party.name,
            user_id=owner.id.encode(),
            user_name=owner.name,
            challenge=flow.challenge,
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED,
                user_verification=UserVerificationRequirement.REQUIRED,
            ),
            exclude_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in existing
            ],
        )
    )


def verify_registration(
    flow: SignInFlow, relying_party: RelyingParty, response: Mapping[str, Any]
) -> VerifiedRegistration | None:
    """Return the passkey in a browser's response, or `None` if it is not valid for `flow`."""
    try:
        verified = verify_registration_response(
            credential=dict(response),
            expected_challenge=flow.challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        _LOG.info("passkey registration rejected", why=type(error).__name__)
        return None
    identifier = bytes_to_base64url(verified.credential_id)
    if not _IDENTIFIER.fullmatch(identifier):
        return None
    return VerifiedRegistration(identifier, verified.credential_public_key, verified.sign_count)


def authentication_options(
    flow: SignInFlow, relying_party: RelyingParty, allowed: Iterable[str] = ()
) -> str:
    """Return the JSON options with which a browser uses a passkey for this site.

    `allowed` contains the credential ids of the passkeys that can be used; if it is empty, any
    passkey can.
    """
    return options_to_json(
        generate_authentication_options(
            rp_id=relying_party.host,
            challenge=flow.challenge,
            allow_credentials=[
                PublicKeyCredentialDescriptor(id=base64url_to_bytes(each)) for each in allowed
            ],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def presented_credential_id(response: Mapping[str, Any]) -> str | None:
    """Return the credential id in a browser's response, or `None` if it is missing or malformed."""
    identifier = response.get("id")
    well_formed = isinstance(identifier, str) and _IDENTIFIER.fullmatch(identifier)
    return identifier if well_formed else None


def verify_assertion(
    flow: SignInFlow,
    relying_party: RelyingParty,
    response: Mapping[str, Any],
    *,
    public_key: bytes,
    sign_count: int,
) -> int | None:
    """Return the new sign count of a passkey that has signed the challenge of `flow`.

    Returns `None` if the signature is invalid, or if the sign count indicates a copied key.
    """
    try:
        verified = verify_authentication_response(
            credential=dict(response),
            expected_challenge=flow.challenge,
            expected_rp_id=relying_party.host,
            expected_origin=relying_party.origin,
            credential_public_key=public_key,
            credential_current_sign_count=sign_count,
            require_user_verification=True,
        )
    except _MALFORMED as error:
        _LOG.info("passkey assertion rejected", why=type(error).__name__)
        return None
    return verified.new_sign_count
