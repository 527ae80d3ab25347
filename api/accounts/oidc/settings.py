"""Settings of the identity provider (OpenID Connect)."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from api.accounts import facts
from coach.errors import InvalidValueError
from coach.texts.facts import Displayed


def is_secure_url(address: str) -> bool:
    """Return whether a URL uses HTTPS or loopback HTTP, and contains no credentials."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:  # unbalanced brackets
        return False
    if parts.username is not None or parts.password is not None or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host))


def _issuer(address: str) -> str:
    parts = urlsplit(address)
    if not is_secure_url(address) or parts.query or parts.fragment:
        raise InvalidValueError(facts.PROVIDER_ADDRESS())
    return address


def is_ip_address(host: str) -> bool:
    """Return whether a host is an IP address rather than a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def is_loopback(host: str) -> bool:
    """Return whether a host is `localhost` or a loopback IP address."""
    return host == "localhost" or (is_ip_address(host) and ipaddress.ip_address(host).is_loopback)


class IdentityProvider(BaseModel):
    """An identity provider for users to sign in with, and how far its claims are trusted.

    Attributes:
        issuer: its issuer identifier, exactly as the provider publishes it.
        client_id: this server's identifier at the provider.
        client_secret: this server's client secret, if the provider requires one.
        name: the display name, as in the button "Sign in with NAME"; "your organisation's account"
            if there is none.
        second_factor: `ask` requires a second factor on this server unless the provider reports one
            in `acr` or `amr`; `trust` never requires one.
        strong_acr: values of `acr` that indicate a second factor; they are also requested.
        strong_amr: values of `amr` that indicate a second factor.
        link_by_mail: whether an unlinked account is linked to the user for whom its verified email
            address was entered in advance.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, AfterValidator(_issuer)]
    client_id: Annotated[str, Field(min_length=1, max_length=200)]
    client_secret: SecretStr | None = None
    name: Annotated[str, Field(min_length=1, max_length=60)] | None = None
    second_factor: Literal["ask", "trust"] = "ask"
    strong_acr: tuple[str, ...] = ()
    strong_amr: tuple[str, ...] = ()
    link_by_mail: bool = False

    @property
    def displayed_name(self) -> Displayed:
        """The name shown to users; "your organisation's account" if none is set."""
        return self.name or facts.ORGANISATION_ACCOUNT()

    @property
    def scope(self) -> str:
        """The scope to request; it includes the email address only if `link_by_mail` is set."""
        return "openid email" if self.link_by_mail else "openid"
