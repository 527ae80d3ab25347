"""Values of a sign-in at the identity provider: what is requested, and who signed in."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """The values sent to the provider via the browser, kept to check its response against.

    `force_reauthentication` requests a new sign-in even if the user has a session at the provider.
    """

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str
    force_reauthentication: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """The account that signed in; `mail` is set only if the provider has verified the address."""

    issuer: str
    subject: str
    mail: str | None
    used_second_factor: bool
