"""A minimal identity provider on the loopback interface that can send forged responses."""

from __future__ import annotations

import hmac
import json
import secrets
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID = "coaching"
CLIENT_SECRET = "a secret of the tests and of nothing else"  # noqa: S105 - of the tests


def _unchanged(value: dict[str, Any]) -> dict[str, Any]:
    return value


@cache
def _signing_key() -> RSAKey:
    """Return a signing key, cached because generating a key takes longer than most tests."""
    return RSAKey.generate_key(2048, {"kid": "one"})


@dataclass
class SigningProvider:
    """An identity provider whose responses tests can change.

    Attributes:
        subject: the subject identifier of the account that signs in.
        describe: changes the metadata.
        claim: changes the claims of the ID token.
        answer: changes the query parameters of the callback.
        keys: changes the published keys.
        grant: changes the token response.
        sign: creates the ID token from the claims.
    """

    issuer: str = ""
    subject: str = "anna"
    describe: Callable[[dict[str, Any]], dict[str, Any]] = _unchanged
    claim: Callable[[dict[str, Any]], dict[str, Any]] = _unchanged
    answer: Callable[[dict[str, Any]], dict[str, Any]] = _unchanged
    sign: Callable[[SigningProvider, dict[str, Any]], str] = field(
        default=lambda provider, claims: provider.signed(claims)
    )
    keys: Callable[[dict[str, Any]], Any] = _unchanged
    grant: Callable[[dict[str, Any]], Any] = _unchanged
    key: RSAKey = field(default_factory=_signing_key)
    asked: dict[str, str] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def signed(self, claims: dict[str, Any], key: RSAKey | None = None) -> str:
        used = key or self.key
        return jwt.encode({"alg": "RS256", "kid": used.kid}, claims, used)

    def signed_under(self, header: dict[str, Any], payload: bytes) -> str:
        """Return a token with the given header and payload, signed with the published key."""
        told = f"{_part({'alg': 'RS256', 'kid': 'one'} | header)}.{_encoded(payload)}"
        mark = self.key.private_key.sign(told.encode(), PKCS1v15(), SHA256())
        return f"{told}.{_encoded(mark)}"

    def unsigned(self, claims: dict[str, Any]) -> str:
        return f"{_part({'alg': 'none'})}.{_part(claims)}."

    def signed_by_public_key(self, claims: dict[str, Any]) -> str:
        """Return a token signed with the public key as an HMAC secret (algorithm confusion)."""
        told = f"{_part({'alg': 'HS256', 'kid': 'one'})}.{_part(claims)}"
        mark = hmac.digest(self.key.as_pem(private=False), told.encode(), "sha256")
        return f"{told}.{urlsafe_b64encode(mark).rstrip(b'=').decode()}"

    def description(self) -> dict[str, Any]:
        return self.describe(
            {
                "issuer": self.issuer,
                "authorization_endpoint": f"{self.issuer}/authorise",
                "token_endpoint": f"{self.issuer}/token",
                "jwks_uri": f"{self.issuer}/keys",
                "end_session_endpoint": f"{self.issuer}/end",
                "authorization_response_iss_parameter_supported": True,
            }
        )

    def authorise(self, asked: dict[str, str]) -> str:
        """Return the callback URL to which the browser is redirected, signed in as `subject`."""
        self.asked = asked
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        answer = self.answer({"code": code, "state": asked["state"], "iss": self.issuer})
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """Return the token response, or `None` if the code, verifier or client is wrong."""
        name, _, password = b64decode(authorization.partition(" ")[2]).decode().partition(":")
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or (name, unquote(password)) != (CLIENT_ID, unquote(CLIENT_SECRET)):
            return None
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        if urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = self.claim(
            {
                "iss": self.issuer,
                "sub": self.subject,
                "aud": CLIENT_ID,
                "iat": now,
                "exp": now + 300,
                "auth_time": now,
                "nonce": asked["nonce"],
            }
        )
        return {
            "access_token": "an-access-token",
            "token_type": "Bearer",
            "id_token": self.sign(self, claims),
        }


@contextmanager
def provider_on_loopback() -> Iterator[SigningProvider]:
    """Run a provider for the duration of the block."""
    provider = SigningProvider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            if parts.path == "/.well-known/openid-configuration":
                self._json(provider.description())
            elif parts.path == "/keys":
                self._json(provider.keys({"keys": [provider.key.as_dict(private=False)]}))
            elif parts.path == "/authorise":
                self.send_response(303)
                self.send_header("Location", provider.authorise(_single(parts.query)))
                self.end_headers()
            else:
                self._json({}, 404)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            told = provider.token(_single(body), self.headers.get("Authorization", ""))
            if told is None:
                self._json({"error": "invalid_grant"}, 400)
            else:
                self._json(provider.grant(told))

        def log_message(self, *_: object) -> None:
            """Suppress the request log."""

        def _json(self, value: Any, status: int = 200) -> None:  # noqa: ANN401 - JSON
            content = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _single(query: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(query).items()}


def _part(value: dict[str, Any]) -> str:
    return _encoded(json.dumps(value).encode())


def _encoded(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode()
