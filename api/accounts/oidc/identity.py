"""Values exchanged with the identity provider: authorization requests and identities."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """An authorization request, against which the provider's response is checked.

    `force_reauthentication` requests a new sign-in even if the user has a session at the provider.
    """

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    force_reauthentication: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at the provider; `mail` is set only if the provider has verified the address."""

    issuer: str
    subject: str
    mail: str | None
    used_second_factor: bool
