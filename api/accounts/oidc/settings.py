"""Settings of the identity provider (OpenID Connect)."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def is_secure_url(address: str) -> bool:
    """Whether data fetched from a URL cannot be read or changed in transit: HTTPS or loopback."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:  # unbalanced brackets
        return False
    if parts.username is not None or parts.password is not None or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _issuer(address: str) -> str:
    parts = urlsplit(address)
    if not is_secure_url(address) or parts.query or parts.fragment:
        raise ValueError(
            "enter the https address of the provider exactly as the provider publishes it"
        )
    return address


def is_ip_address(host: str) -> bool:
    """Whether a host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (is_ip_address(host) and ipaddress.ip_address(host).is_loopback)


class IdentityProvider(BaseModel):
    """The provider whose accounts may sign in, and how far its statements are trusted.

    Attributes:
        issuer: its issuer identifier, exactly as the provider publishes it.
        client_id: this server's identifier at the provider.
        client_secret: this server's password at the provider, if it has one.
        name: shown on the button: "Sign in with NAME".
        second_factor: `ask` requires a second factor here, unless the provider states in `acr` or
            `amr` that one was used; `trust` never asks.
        strong_acr: values of `acr` that indicate a second factor; they are also requested.
        strong_amr: values of `amr`, each of which indicates a second factor.
        link_by_mail: whether an email address verified by the provider links the account of a user
            who was prepared for that address.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    client_secret: SecretStr | None = None
    name: Annotated[str, Field(min_length=1, max_length=60)] = "your organisation's account"
    second_factor: Literal["ask", "trust"] = "ask"
    strong_acr: tuple[str, ...] = ()
    strong_amr: tuple[str, ...] = ()
    link_by_mail: bool = False

    @property
    def scope(self) -> str:
        """The requested scope: nothing beyond the identity."""
        return "openid email" if self.link_by_mail else "openid"
