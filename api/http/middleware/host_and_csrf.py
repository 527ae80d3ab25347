"""Checks the Host header, and protects against cross-site request forgery (CSRF)."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.http import facts
from api.http.authentication import is_bearer
from api.http.cookies import cookie_name
from api.settings import Settings
from coach.errors import DomainError, NotAllowedError, NotFoundError

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class HostAndCsrfMiddleware:
    """Rejects requests for unknown host names, and unsafe requests initiated by another site.

    Browsers report the origin of a request in `Sec-Fetch-Site`, older browsers in `Origin`. Another
    site cannot initiate a request with a bearer token, but it can initiate one with HTTP Basic
    credentials, which browsers send automatically, for instance to a proxy in front of the server.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._cookie = cookie_name(settings)
        public = urlsplit(settings.base_url)
        self._public_scheme, self._public_name = public.scheme, public.hostname
        self._names = _LOOPBACK_NAMES | {settings.host, public.hostname}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, or reject it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        refusal = self._rejection(scope)
        if refusal is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        refused = scope["app"].exception_handlers[DomainError]
        await refused(request, refusal)(scope, receive, send)

    def _rejection(self, scope: Scope) -> DomainError | None:
        headers = Headers(scope=scope)
        if not self._is_allowed_host(headers.get("host", "")):
            return NotAllowedError(facts.UNKNOWN_HOST())
        if "\0" in scope["path"]:
            return NotFoundError(facts.NO_PAGE())
        if scope["method"] in _SAFE_METHODS or is_bearer(headers):
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            ours = site == "same-origin"
        elif origin is not None:
            ours = self._is_own_origin(origin, headers.get("host", ""))
        elif self._cookie in Request(scope).cookies:
            return NotAllowedError(facts.ORIGIN_MISSING())
        else:
            ours = True
        if ours:
            return None
        return NotAllowedError(facts.OTHER_SITE())

    def _is_own_origin(self, origin: str, host: str) -> bool:
        """Return whether an origin is the request's host with the scheme that clients use.

        Another scheme (http) is accepted only for requests sent directly to this server.
        """
        scheme, _, place = origin.partition("://")
        public = urlsplit(f"//{host}").hostname == self._public_name
        return place == host and scheme == (self._public_scheme if public else "http")

    def _is_allowed_host(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:  # for instance, unbalanced brackets
            return False
        return name in self._names
