"""Defences of the web that need no route: who may write from where, and headers on all answers."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.addresses import STATIC
from api.http.asking import cookie_name
from api.http.problems import MEDIA_TYPE, problem_of
from api.settings import Settings
from coach.errors import NotAllowedError

_READING = frozenset({"GET", "HEAD", "OPTIONS"})
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
}
_ONE_YEAR = 31_536_000


class Defences:
    """Refuses writes that another site caused, and sends the security headers.

    A browser says where a request comes from in `Sec-Fetch-Site`, older ones in `Origin`. A
    request with a bearer token cannot have been caused by another site.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._cookie = cookie_name(settings)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, or refuse it, and add the headers to its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add_headers(scope["path"], MutableHeaders(scope=message))
            await send(message)

        why = self._refusal(scope)
        if why is None:
            await self._app(scope, receive, send_with_headers)
            return
        problem = problem_of(NotAllowedError(why))
        answer = JSONResponse(problem.model_dump(), problem.status, media_type=MEDIA_TYPE)
        await answer(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> str | None:
        headers = Headers(scope=scope)
        if not self._known_host(headers.get("host", "")):
            return "this server is not known by that name; set GENDER_COACH_PUBLIC_URL"
        if scope["method"] in _READING or "authorization" in headers:
            return None
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site is not None:
            return None if site == "same-origin" else "writes come from our own pages only"
        if origin is not None:
            same = urlsplit(origin).netloc == headers.get("host", "")
            return None if same else "writes come from our own pages only"
        if self._cookie in Request(scope).cookies:
            return "this browser does not say where the request comes from; please use a newer one"
        return None

    def _known_host(self, host: str) -> bool:
        name = urlsplit(f"//{host}").hostname
        known = {"127.0.0.1", "localhost", "::1", self._settings.host}
        return name in known or name == urlsplit(self._settings.base_url).hostname

    def _add_headers(self, path: str, headers: MutableHeaders) -> None:
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        if not path.startswith(STATIC):
            headers.setdefault("Cache-Control", "no-store")
        if self._settings.secure_cookies:
            headers.setdefault("Strict-Transport-Security", f"max-age={_ONE_YEAR}")
