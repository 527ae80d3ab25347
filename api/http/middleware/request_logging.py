"""Seeing inside: a line of log and a measurement for each request, without secrets or persons."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from prometheus_client import CollectorRegistry, Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LOG = structlog.stdlib.get_logger("api.requests")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
HEADER = "X-Request-ID"
_HEADER = HEADER.lower().encode()


class Measures:
    """What is counted of requests, in a registry of this application's own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "gender_coach_requests_total",
            "Requests answered.",
            ["method", "route", "status"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "gender_coach_request_seconds",
            "Time until the answer was complete.",
            ["method", "route"],
            registry=self.registry,
        )
        # One for each label, as prometheus-client makes them; it looks them up anew each time.
        self._request: dict[tuple[str, str, int], Counter] = {}
        self._second: dict[tuple[str, str], Histogram] = {}

    def count(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request that was answered."""
        request, second = (method, route, status), (method, route)
        if request not in self._request:
            self._request[request] = self.requests.labels(*request)
            self._second[second] = self.seconds.labels(*second)
        self._request[request].inc()
        self._second[second].observe(seconds)


class Watching:
    """Gives each request an id, and writes down its route (never its path), status and time."""

    def __init__(self, app: ASGIApp, measures: Measures) -> None:
        self._app, self._measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, and tell of it afterwards."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        asked = _header(scope, _HEADER)
        request_id = asked if _REQUEST_ID.fullmatch(asked) else secrets.token_hex(8)
        status, begun = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [*message.get("headers", ()), (_HEADER, request_id.encode())]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._tell(scope, status, time.perf_counter() - begun)
            structlog.contextvars.unbind_contextvars("request_id")

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path_format", "none")
        self._measures.count(method, route, status, seconds)
        _LOG.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if values else ""


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
