"""The documents that an identity provider publishes: its metadata and its keys.

Redirects are not followed, and the size of responses is limited.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError

from api.accounts.oidc.errors import UNEXPECTED_SHAPE_ERRORS, ProviderUnavailableError, unavailable
from api.accounts.oidc.settings import IdentityProvider, is_secure_url

TIMEOUT_SECONDS = 5.0
_WELL_KNOWN = "/.well-known/openid-configuration"
_MAX_RESPONSE_BYTES = 1 << 20
_METADATA_LIFETIME = timedelta(hours=1)
_KEYS_LIFETIME = timedelta(hours=1)
_MIN_KEYS_REFRESH = timedelta(minutes=1)


class ProviderMetadata(BaseModel):
    """The provider metadata fields (OpenID Connect Discovery 1.0) that this client uses."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class ProviderDocuments:
    """One provider's metadata and keys, cached for an hour and shared by all threads."""

    def __init__(self, settings: IdentityProvider, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._cached_metadata: tuple[datetime, ProviderMetadata] | None = None
        self._cached_keys: tuple[datetime, KeySet] | None = None

    def metadata(self) -> ProviderMetadata:
        """Return the provider's metadata.

        Raises:
            ProviderUnavailableError: the metadata cannot be fetched or is invalid.
        """
        cached = self._cached_metadata
        if cached is not None and self._now() - cached[0] < _METADATA_LIFETIME:
            return cached[1]
        payload = self._fetch(self._settings.issuer.rstrip("/") + _WELL_KNOWN)
        try:
            fetched = ProviderMetadata.model_validate(payload)
        except ValidationError as error:
            raise self._unavailable("its metadata is incomplete") from error
        if fetched.issuer != self._settings.issuer:
            raise self._unavailable("its metadata is from another issuer")
        for address in (
            fetched.authorization_endpoint,
            fetched.token_endpoint,
            fetched.jwks_uri,
            fetched.end_session_endpoint or fetched.jwks_uri,
        ):
            if not is_secure_url(address):
                raise self._unavailable("its metadata contains an address without https")
        self._cached_metadata = (self._now(), fetched)
        return fetched

    def key_set(self, *, refresh: bool = False) -> KeySet:
        """Return the provider's keys; `refresh` fetches them again if they are over a minute old.

        Raises:
            ProviderUnavailableError: the keys cannot be fetched or are invalid.
        """
        cached = self._cached_keys
        lifetime = _MIN_KEYS_REFRESH if refresh else _KEYS_LIFETIME
        if cached is not None and self._now() - cached[0] < lifetime:
            return cached[1]
        payload = self._fetch(self.metadata().jwks_uri)
        try:
            keys = KeySet.import_key_set(payload)
        except (JoseError, *UNEXPECTED_SHAPE_ERRORS) as error:
            raise self._unavailable("its keys cannot be read") from error
        self._cached_keys = (self._now(), keys)
        return keys

    def _fetch(self, address: str) -> Any:  # noqa: ANN401 - JSON from another party
        try:
            with (
                httpx2.Client(timeout=TIMEOUT_SECONDS, follow_redirects=False) as client,
                client.stream("GET", address, headers={"Accept": "application/json"}) as answer,
            ):
                answer.raise_for_status()
                content = b""
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > _MAX_RESPONSE_BYTES:
                        raise self._unavailable("its response is too large")
            return httpx2.Response(200, content=content).json()
        except (httpx2.HTTPError, ValueError, RecursionError) as error:
            raise self._unavailable(type(error).__name__) from error

    def _unavailable(self, why: str) -> ProviderUnavailableError:
        return unavailable(self._settings.displayed_name, why)
