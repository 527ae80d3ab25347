"""What a browser is sent to the identity provider with, and who comes back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Asked:
    """What was sent with a browser to the provider, to be held against what comes back.

    `fresh` asks for a sign-in that happens now, whatever session the provider has.
    """

    state: str
    nonce: str
    verifier: str
    back_to: str
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signed in, as far as the provider may be believed.

    `mail` is an address only where the provider has verified it.
    """

    issuer: str
    subject: str
    mail: str | None
    two_factors: bool
