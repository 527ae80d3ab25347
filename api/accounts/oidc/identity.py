"""What a browser is sent to the identity provider with, and who comes back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """What was sent with a browser to the provider, to be held against what comes back.

    `force_reauthentication` asks for a sign-in that happens now, whatever session the provider has.
    """

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    force_reauthentication: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as far as the provider may be believed.

    `mail` is an address only where the provider has verified it.
    """

    issuer: str
    subject: str
    mail: str | None
    used_second_factor: bool
