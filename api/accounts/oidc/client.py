"""Talking to the identity provider: its description, its keys, and what it says of who signed in.

OpenID Connect Core 1.0 with the authorisation code, PKCE (RFC 7636), `state` and `nonce`, and the
issuer in the answer (RFC 9207). Nothing is followed, nothing large is read, and no key but one of
the provider's own published ones counts.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx2
import structlog
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from api.accounts.oidc.identity import AuthorizationRequest, Identity
from api.accounts.oidc.settings import IdentityProvider, is_secure_url
from coach.errors import NotSignedInError, UnreachableError

_LOG = structlog.stdlib.get_logger(__name__)
_SIGNATURE_ALGORITHMS = [
    "RS256",
    "PS256",
    "ES256",
    "ES384",
    "Ed25519",
    "EdDSA",
]  # never "none", never HMAC
_WELL_KNOWN = "/.well-known/openid-configuration"
_TIMEOUT_SECONDS = 5.0
_MAX_RESPONSE_BYTES = 1 << 20
_METADATA_LIFETIME = timedelta(hours=1)
_KEYS_LIFETIME = timedelta(hours=1)
_MIN_KEYS_REFRESH = timedelta(minutes=1)
_LEEWAY = timedelta(minutes=1)
_MAX_SUBJECT_LENGTH = 255
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"  # PostgreSQL cannot even look for some
_UNEXPECTED_SHAPE_ERRORS = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What libraries raise on JSON of shapes they do not expect; pydantic's own is a `ValueError`."""


class ProviderUnavailableError(UnreachableError):
    """The identity provider does not answer, or not as a provider does."""


class _ProviderMetadata(BaseModel):
    """As much of the provider's description (OpenID Connect Discovery 1.0) as is used."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    authorization_response_iss_parameter_supported: bool = False
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Token(BaseModel):
    id_token: str
    access_token: str


_Second = Annotated[int | float, Field(allow_inf_nan=False)]


class _Claims(BaseModel):
    """The shapes of the claims that are looked at (OpenID Connect Core 1.0, section 2).

    Of another shape, a provider is not understood. An address counts only in the one right shape,
    and is otherwise left aside.
    """

    model_config = ConfigDict(strict=True)

    iss: str
    sub: Annotated[str, Field(pattern=_NO_CONTROLS, max_length=_MAX_SUBJECT_LENGTH)]
    aud: str | list[str]
    exp: _Second
    iat: _Second
    nonce: str
    auth_time: _Second | None = None
    azp: str | None = None
    at_hash: str | None = None
    acr: str | None = None
    amr: list[str] = []
    email: Any = None
    email_verified: Any = None

    @property
    def mail(self) -> str | None:
        """The address, where the provider has verified it."""
        payload = self.email if self.email_verified is True else None
        return payload if isinstance(payload, str) and payload.isprintable() else None


class Provider:
    """One identity provider, for all threads. Its description and keys are kept for an hour."""

    def __init__(self, settings: IdentityProvider, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self._now = now
        self._cached_metadata: tuple[datetime, _ProviderMetadata] | None = None
        self._keys: tuple[datetime, KeySet] | None = None

    def authorization_url(self, authorization_request: AuthorizationRequest) -> str:
        """Where to send a browser, so that its user signs in there.

        Raises:
            ProviderUnavailableError: the provider does not describe itself.
        """
        more: dict[str, str] = {}
        if self.settings.strong_acr:
            more["acr_values"] = " ".join(self.settings.strong_acr)
        if authorization_request.force_reauthentication:
            more |= {"prompt": "login", "max_age": "0"}
        with self._client(authorization_request) as client:
            address, _ = client.create_authorization_url(
                self._metadata().authorization_endpoint,
                state=authorization_request.state,
                code_verifier=authorization_request.code_verifier,
                nonce=authorization_request.nonce,
                **more,
            )
        return str(address)

    def end_session_url(self, redirect_uri: str) -> str | None:
        """Where to send a browser to be signed out there too; `None` where the provider has none.

        Raises:
            ProviderUnavailableError: the provider does not describe itself.
        """
        there = self._metadata().end_session_endpoint
        if there is None:
            return None
        payload = {"client_id": self.settings.client_id, "post_logout_redirect_uri": redirect_uri}
        return str(add_params_to_uri(there, payload))

    def fetch_identity(
        self, answer: dict[str, str], authorization_request: AuthorizationRequest
    ) -> Identity:
        """Who signed in, by the `answer` in the address the browser came back with.

        Raises:
            ProviderUnavailableError: the provider cannot be reached to find out.
            NotSignedInError: nobody did, or what it says cannot be believed.
        """
        metadata = self._metadata()
        self._check_answer(answer, authorization_request, metadata)
        token = self._token(answer["code"], authorization_request, metadata)
        claims = self._claims(token, authorization_request)
        return Identity(
            issuer=self.settings.issuer,
            subject=claims.sub,
            mail=claims.mail,
            used_second_factor=self._proves_second_factor(claims),
        )

    def _check_answer(
        self,
        answer: dict[str, str],
        authorization_request: AuthorizationRequest,
        metadata: _ProviderMetadata,
    ) -> None:
        if not hmac.compare_digest(
            answer.get("state", "").encode(), authorization_request.state.encode()
        ):
            raise _rejected("the state is another")
        issuer = answer.get("iss")
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise _rejected("the answer names no issuer")
        if issuer is not None and issuer != self.settings.issuer:
            raise _rejected("the answer is another issuer's")
        if "error" in answer or not answer.get("code"):
            raise NotSignedInError(
                f"you were not signed in with {self.settings.name}; try again, or sign in here"
            )

    def _token(
        self, code: str, authorization_request: AuthorizationRequest, metadata: _ProviderMetadata
    ) -> _Token:
        try:
            with self._client(authorization_request, metadata) as client:
                payload = client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=authorization_request.code_verifier,
                )
            return _Token.model_validate(payload)
        except httpx2.HTTPError as error:
            raise self._unavailable(type(error).__name__) from error
        except AuthlibBaseError as error:
            raise _rejected(f"no token: {type(error).__name__}") from error
        except _UNEXPECTED_SHAPE_ERRORS as error:
            raise self._malformed_response("no token", error) from error

    def _claims(self, token: _Token, authorization_request: AuthorizationRequest) -> _Claims:
        """What the signed token says, once everything about it was checked."""
        try:
            try:
                signed = jwt.decode(
                    token.id_token, self._key_set(), algorithms=_SIGNATURE_ALGORITHMS
                )
            except InvalidKeyIdError:  # the provider may have changed its keys
                signed = jwt.decode(
                    token.id_token, self._key_set(refresh=True), algorithms=_SIGNATURE_ALGORITHMS
                )
            shaped = _Claims.model_validate(signed.claims)
            claims = CodeIDToken(
                signed.claims,
                signed.header,
                {
                    "iss": {"essential": True, "value": self.settings.issuer},
                    "aud": {"essential": True, "value": self.settings.client_id},
                },
                {
                    "nonce": authorization_request.nonce,
                    "client_id": self.settings.client_id,
                    "access_token": token.access_token,
                },
            )
            now = self._now()
            claims.validate(now=int(now.timestamp()), leeway=int(_LEEWAY.total_seconds()))
        except (JoseError, AuthlibBaseError) as error:
            raise _rejected(type(error).__name__) from error
        except _UNEXPECTED_SHAPE_ERRORS as error:
            raise self._malformed_response("its token", error) from error
        at = shaped.auth_time
        if authorization_request.force_reauthentication and (
            at is None or now.timestamp() - at > _LEEWAY.total_seconds()
        ):
            raise _rejected("the sign-in there was not just now")
        return shaped

    def _proves_second_factor(self, claims: _Claims) -> bool:
        settings = self.settings
        return (
            settings.second_factor == "trust"
            or claims.acr in settings.strong_acr
            or any(method in settings.strong_amr for method in claims.amr)
        )

    def _metadata(self) -> _ProviderMetadata:
        kept = self._cached_metadata
        if kept is not None and self._now() - kept[0] < _METADATA_LIFETIME:
            return kept[1]
        payload = self._read(self.settings.issuer.rstrip("/") + _WELL_KNOWN)
        try:
            fetched = _ProviderMetadata.model_validate(payload)
        except ValidationError as error:
            raise self._unavailable("its description lacks something") from error
        if fetched.issuer != self.settings.issuer:
            raise self._unavailable("it describes itself as another issuer")
        for address in (
            fetched.authorization_endpoint,
            fetched.token_endpoint,
            fetched.jwks_uri,
            fetched.end_session_endpoint or fetched.jwks_uri,
        ):
            if not is_secure_url(address):
                raise self._unavailable("it describes an address without https")
        self._cached_metadata = (self._now(), fetched)
        return fetched

    def _key_set(self, *, refresh: bool = False) -> KeySet:
        kept = self._keys
        lasts = _MIN_KEYS_REFRESH if refresh else _KEYS_LIFETIME
        if kept is not None and self._now() - kept[0] < lasts:
            return kept[1]
        payload = self._read(self._metadata().jwks_uri)
        try:
            keys = KeySet.import_key_set(payload)
        except (JoseError, *_UNEXPECTED_SHAPE_ERRORS) as error:
            raise self._unavailable("its keys cannot be read") from error
        self._keys = (self._now(), keys)
        return keys

    def _read(self, address: str) -> Any:  # noqa: ANN401 - JSON of somebody else
        try:
            with (
                httpx2.Client(timeout=_TIMEOUT_SECONDS, follow_redirects=False) as client,
                client.stream("GET", address, headers={"Accept": "application/json"}) as answer,
            ):
                answer.raise_for_status()
                content = b""
                for part in answer.iter_bytes():
                    content += part
                    if len(content) > _MAX_RESPONSE_BYTES:
                        raise self._unavailable("its answer is endless")
            return httpx2.Response(200, content=content).json()
        except (httpx2.HTTPError, ValueError, RecursionError) as error:
            raise self._unavailable(type(error).__name__) from error

    def _client(
        self, authorization_request: AuthorizationRequest, metadata: _ProviderMetadata | None = None
    ) -> OAuth2Client:
        settings = self.settings
        secret = settings.client_secret
        return OAuth2Client(
            client_id=settings.client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            token_endpoint_auth_method=_client_auth_method(settings, metadata),
            scope=settings.scope,
            redirect_uri=authorization_request.redirect_uri,
            code_challenge_method="S256",
            timeout=_TIMEOUT_SECONDS,
            follow_redirects=False,
        )

    def _malformed_response(self, what: str, error: Exception) -> NotSignedInError:
        _LOG.warning("identity provider not understood", what=what, why=type(error).__name__)
        return NotSignedInError(
            f"{self.settings.name} told of you in a way that this server does not understand; "
            "sign in by password, and tell whoever runs it"
        )

    def _unavailable(self, why: str) -> ProviderUnavailableError:
        _LOG.warning("identity provider unusable", why=why)
        return ProviderUnavailableError(
            f"signing in with {self.settings.name} does not work at the moment; "
            "try again soon, or sign in by password"
        )


def _client_auth_method(settings: IdentityProvider, metadata: _ProviderMetadata | None) -> str:
    """How this server shows its own password to the provider."""
    if settings.client_secret is None:
        return "none"
    known = () if metadata is None else metadata.token_endpoint_auth_methods_supported
    by_header = "client_secret_basic" in known or "client_secret_post" not in known
    return "client_secret_basic" if by_header else "client_secret_post"


def _rejected(why: str) -> NotSignedInError:
    _LOG.warning("identity provider not believed", why=why)
    return NotSignedInError("that sign-in is too old or was not begun here; please begin again")
