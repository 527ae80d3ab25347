"""Security headers on every response: content policy, framing, referrer, transport, caching."""

from __future__ import annotations

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.urls import STATIC
from api.settings import Settings

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "object-src 'none'; frame-ancestors 'none'"
)
POLICY_WITH_FRAMES = f"{_POLICY}; frame-src 'self'"
"""The content policy of a page that displays another page of this site in a frame."""
SANDBOXED_FRAME = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "object-src 'none'; frame-ancestors 'self'; sandbox"
    ),
    "X-Frame-Options": "SAMEORIGIN",
}
"""Headers of HTML displayed in a frame, which forbid scripts, forms and external content."""
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # With "no-referrer", browsers would send `Origin: null` for forms on this site.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-store",
}
_HSTS_MAX_AGE = 31_536_000
_CACHE_CONTROL = b"cache-control"


class SecurityHeadersMiddleware:
    """Adds the security headers that a response does not already have."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        named = dict(_HEADERS)
        if settings.secure_cookies:
            subdomains = "; includeSubDomains" if settings.hsts_include_subdomains else ""
            named["Strict-Transport-Security"] = f"max-age={_HSTS_MAX_AGE}{subdomains}"
        self._headers = [(name.lower().encode(), value.encode()) for name, value in named.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, and add the headers to its response."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(scope["path"], message)
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _add_headers(self, path: str, message: Message) -> None:
        answered = message["headers"] = list(message.get("headers", ()))
        present = {name.lower() for name, _ in answered}
        if path.startswith(STATIC):
            present.add(_CACHE_CONTROL)
        answered += [header for header in self._headers if header[0] not in present]
