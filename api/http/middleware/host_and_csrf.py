"""Defences of the web that need no route: who may write from where, and headers on all answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.authentication import is_bearer
from api.http.cookies import cookie_name
from api.http.urls import STATIC
from api.settings import Settings
from coach.errors import DomainError, NotAllowedError, NotFoundError

_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",  # "no-referrer" would blank the Origin of our own forms
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_HSTS_MAX_AGE = 31_536_000
_CACHE_CONTROL = b"cache-control"
_LOOPBACK_NAMES = frozenset({"127.0.0.1", "localhost", "::1"})


class WebSecurityMiddleware:
    """Refuses writes that another site caused, and sends the security headers.

    A browser says where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`. A
    request with a bearer token cannot have been caused by another site; one with a password of
    HTTP can, because browsers send that by themselves, to a proxy before us for instance.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._cookie = cookie_name(settings)
        self._names = _LOOPBACK_NAMES | {settings.host, urlsplit(settings.base_url).hostname}
        named = dict(_HEADERS)
        if settings.secure_cookies:
            named["Strict-Transport-Security"] = f"max-age={_HSTS_MAX_AGE}"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or refuse it, and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(scope["path"], message)
            await send(message)

        refusal = self._rejection(scope)
        if refusal is None:
            await self._app(scope, receive, send_with_headers)
            return
        request = Request(scope, receive)
        refused = scope["app"].exception_handlers[DomainError]
        await refused(request, refusal)(scope, receive, send_with_headers)

    def _rejection(self, scope: Scope) -> DomainError | None:
        headers = Headers(scope=scope)
        if not self._is_allowed_host(headers.get("host", "")):
            return NotAllowedError(
                "this server is not known by that name; set GENDER_COACH_PUBLIC_URL"
            )
        if "\0" in scope["path"]:
            return NotFoundError("there is nothing at this address")
        if scope["method"] in _SAFE_METHODS or is_bearer(headers):
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            ours = site == "same-origin"
        elif origin is not None:
            ours = origin.partition("://")[2] == headers.get("host", "")
        elif self._cookie in Request(scope).cookies:
            return NotAllowedError(
                "this browser does not say where the request comes from; please use a newer one"
            )
        else:
            ours = True
        return None if ours else NotAllowedError("writes come from our own pages only")

    def _is_allowed_host(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname
        except ValueError:  # brackets that do not close
            return False
        return name in self._names

    def _add_headers(self, path: str, message: Message) -> None:
        """Add each header that the answer does not set itself."""
        answered = message["headers"] = list(message.get("headers", ()))
        known = {name.lower() for name, _ in answered}
        if path.startswith(STATIC):
            known.add(_CACHE_CONTROL)
        answered += [header for header in self._headers if header[0] not in known]
