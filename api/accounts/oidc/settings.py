"""How a deployment lets its users sign in with the account they have elsewhere (OpenID Connect)."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr


def is_secure_url(address: str) -> bool:
    """Whether nobody on the way can read or change what is fetched: https, or this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:  # brackets that do not close
        return False
    if parts.username is not None or parts.password is not None or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(host))


def _issuer(address: str) -> str:
    parts = urlsplit(address)
    if not is_secure_url(address) or parts.query or parts.fragment:
        raise ValueError("write the https address of the provider, as it writes it itself")
    return address


def is_ip_address(host: str) -> bool:
    """Whether a host is written as an address of the network and not as a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _is_loopback(host: str) -> bool:
    return host == "localhost" or (is_ip_address(host) and ipaddress.ip_address(host).is_loopback)


class IdentityProvider(BaseModel):
    """The provider whose accounts open the office, and how far its word is taken.

    Attributes:
        issuer: its identifier, to the letter as the provider publishes it.
        client_id: what this server is called there; `client_secret` is its password.
        name: what the button says: "Sign in with NAME".
        second_factor: `ask` for ours after theirs, except where they say in `acr` or `amr` that a
            stronger one was shown; `trust` where every account there has one.
        strong_acr: values of `acr` that tell of a second factor; they are also asked for.
        strong_amr: values of `amr`, one of which tells of a second factor.
        link_by_mail: whether a mail address that the provider has verified links an account that
            was prepared for that address.
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
        """What is asked to be told: no more than who it is."""
        return "openid email" if self.link_by_mail else "openid"
