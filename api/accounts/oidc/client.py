"""OpenID Connect client: builds authorization requests and verifies the provider's responses.

Implements the authorization code flow of OpenID Connect Core 1.0 with PKCE (RFC 7636), `state`,
`nonce`, and the issuer in the response (RFC 9207). Only keys published by the provider are
accepted.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

import httpx2
from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from authlib.integrations.httpx_client import OAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwt import Token as SignedToken
from pydantic import BaseModel, ConfigDict, Field

from api.accounts import facts
from api.accounts.oidc.errors import (
    UNEXPECTED_SHAPE_ERRORS,
    malformed_response,
    rejected,
    unavailable,
)
from api.accounts.oidc.identity import AuthorizationRequest, Identity
from api.accounts.oidc.provider_documents import (
    TIMEOUT_SECONDS,
    ProviderDocuments,
    ProviderMetadata,
)
from api.accounts.oidc.settings import IdentityProvider
from coach.errors import NotSignedInError

_SIGNATURE_ALGORITHMS = [  # never "none", never HMAC
    "RS256",
    "PS256",
    "ES256",
    "ES384",
    "Ed25519",
    "EdDSA",
]
_LEEWAY = timedelta(minutes=1)
_MAX_SUBJECT_LENGTH = 255
_NO_CONTROLS = r"^[^\x00-\x1f\x7f]+$"  # PostgreSQL rejects some of these even in queries


class _Token(BaseModel):
    id_token: str
    access_token: str


_Second = Annotated[int | float, Field(allow_inf_nan=False)]


class _Claims(BaseModel):
    """The claims that this client uses, with their types (OpenID Connect Core 1.0, section 2).

    A claim of the wrong type invalidates the token, except that a malformed email address is
    ignored.
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
        """The email address if the provider has verified it and it is printable, else `None`."""
        address = self.email if self.email_verified is True else None
        return address if isinstance(address, str) and address.isprintable() else None


class Provider:
    """An OpenID Connect client for one identity provider. Instances are thread-safe."""

    def __init__(self, settings: IdentityProvider, now: Callable[[], datetime]) -> None:
        self.settings = settings
        self._now = now
        self._documents = ProviderDocuments(settings, now)

    def authorization_url(self, request: AuthorizationRequest) -> str:
        """Return the provider URL at which a user signs in.

        Raises:
            ProviderUnavailableError: the provider's metadata cannot be fetched.
        """
        more: dict[str, str] = {}
        if self.settings.strong_acr:
            more["acr_values"] = " ".join(self.settings.strong_acr)
        if request.force_reauthentication:
            more |= {"prompt": "login", "max_age": "0"}
        with self._client(request) as client:
            address, _ = client.create_authorization_url(
                self._documents.metadata().authorization_endpoint,
                state=request.state,
                code_verifier=request.code_verifier,
                nonce=request.nonce,
                **more,
            )
        return str(address)

    def end_session_url(self, redirect_uri: str) -> str | None:
        """Return the provider URL that signs a browser out, or `None` if the provider has none.

        Raises:
            ProviderUnavailableError: the provider's metadata cannot be fetched.
        """
        endpoint = self._documents.metadata().end_session_endpoint
        if endpoint is None:
            return None
        query = {"client_id": self.settings.client_id, "post_logout_redirect_uri": redirect_uri}
        return str(add_params_to_uri(endpoint, query))

    def fetch_identity(self, response: dict[str, str], request: AuthorizationRequest) -> Identity:
        """Verify a callback, and return the account used to sign in.

        `response` contains the query parameters of the callback.

        Raises:
            ProviderUnavailableError: the provider cannot be reached.
            NotSignedInError: the user did not sign in, or the response fails a check.
        """
        metadata = self._documents.metadata()
        self._check_response(response, request, metadata)
        token = self._fetch_token(response["code"], request, metadata)
        claims = self._verified_claims(token, request)
        return Identity(
            issuer=self.settings.issuer,
            subject=claims.sub,
            mail=claims.mail,
            used_second_factor=self._proves_second_factor(claims),
        )

    def _check_response(
        self,
        response: dict[str, str],
        request: AuthorizationRequest,
        metadata: ProviderMetadata,
    ) -> None:
        if not hmac.compare_digest(response.get("state", "").encode(), request.state.encode()):
            raise rejected("the state does not match")
        issuer = response.get("iss")
        if issuer is None and metadata.authorization_response_iss_parameter_supported:
            raise rejected("the response has no issuer")
        if issuer is not None and issuer != self.settings.issuer:
            raise rejected("the response is from another issuer")
        if "error" in response or not response.get("code"):
            raise NotSignedInError(facts.NOT_SIGNED_IN_WITH(provider=self.settings.displayed_name))

    def _fetch_token(
        self, code: str, request: AuthorizationRequest, metadata: ProviderMetadata
    ) -> _Token:
        try:
            with self._client(request, metadata) as client:
                payload = client.fetch_token(
                    metadata.token_endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=request.code_verifier,
                )
            return _Token.model_validate(payload)
        except httpx2.HTTPError as error:
            raise unavailable(self.settings.displayed_name, type(error).__name__) from error
        except AuthlibBaseError as error:
            raise rejected(f"no token: {type(error).__name__}") from error
        except UNEXPECTED_SHAPE_ERRORS as error:
            raise malformed_response(self.settings.displayed_name, "no token", error) from error

    def _verified_claims(self, token: _Token, request: AuthorizationRequest) -> _Claims:
        """Verify the token's signature and claims, and return the claims."""
        now = self._now()
        try:
            signed = self._decode(token.id_token)
            claims = _Claims.model_validate(signed.claims)
            self._validate(signed, token, request, now)
        except (JoseError, AuthlibBaseError) as error:
            raise rejected(type(error).__name__) from error
        except UNEXPECTED_SHAPE_ERRORS as error:
            raise malformed_response(self.settings.displayed_name, "its token", error) from error
        at = claims.auth_time
        if request.force_reauthentication and (
            at is None or now.timestamp() - at > _LEEWAY.total_seconds()
        ):
            raise rejected("the sign-in at the provider was not recent")
        return claims

    def _decode(self, id_token: str) -> SignedToken:
        try:
            return jwt.decode(id_token, self._documents.key_set(), algorithms=_SIGNATURE_ALGORITHMS)
        except InvalidKeyIdError:  # the provider may have rotated its keys
            keys = self._documents.key_set(refresh=True)
            return jwt.decode(id_token, keys, algorithms=_SIGNATURE_ALGORITHMS)

    def _validate(
        self, signed: SignedToken, token: _Token, request: AuthorizationRequest, now: datetime
    ) -> None:
        claims = CodeIDToken(
            signed.claims,
            signed.header,
            {
                "iss": {"essential": True, "value": self.settings.issuer},
                "aud": {"essential": True, "value": self.settings.client_id},
            },
            {
                "nonce": request.nonce,
                "client_id": self.settings.client_id,
                "access_token": token.access_token,
            },
        )
        claims.validate(now=int(now.timestamp()), leeway=int(_LEEWAY.total_seconds()))

    def _proves_second_factor(self, claims: _Claims) -> bool:
        settings = self.settings
        return (
            settings.second_factor == "trust"
            or claims.acr in settings.strong_acr
            or any(method in settings.strong_amr for method in claims.amr)
        )

    def _client(
        self, request: AuthorizationRequest, metadata: ProviderMetadata | None = None
    ) -> OAuth2Client:
        settings = self.settings
        secret = settings.client_secret
        return OAuth2Client(
            client_id=settings.client_id,
            client_secret=None if secret is None else secret.get_secret_value(),
            token_endpoint_auth_method=_client_auth_method(settings, metadata),
            scope=settings.scope,
            redirect_uri=request.redirect_uri,
            code_challenge_method="S256",
            timeout=TIMEOUT_SECONDS,
            follow_redirects=False,
        )


def _client_auth_method(settings: IdentityProvider, metadata: ProviderMetadata | None) -> str:
    """Return the method by which this server authenticates at the token endpoint."""
    if settings.client_secret is None:
        return "none"
    supported = () if metadata is None else metadata.token_endpoint_auth_methods_supported
    by_header = "client_secret_basic" in supported or "client_secret_post" not in supported
    return "client_secret_basic" if by_header else "client_secret_post"
