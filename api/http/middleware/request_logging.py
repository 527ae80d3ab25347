"""Logs and measures each request, without secrets or personal data."""

from __future__ import annotations

import re
import secrets
import time

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metrics import RequestMetrics

_LOG = structlog.stdlib.get_logger("api.requests")
_REQUEST_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
REQUEST_ID_HEADER = "X-Request-ID"
_RAW_REQUEST_ID_HEADER = REQUEST_ID_HEADER.lower().encode()


class RequestLoggingMiddleware:
    """Assigns each request an id, and logs its route (never its path), status and duration."""

    def __init__(self, app: ASGIApp, request_metrics: RequestMetrics) -> None:
        self._app, self._metrics = app, request_metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, then log and count it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        requested_id = _header(scope, _RAW_REQUEST_ID_HEADER)
        request_id = requested_id if _REQUEST_ID.fullmatch(requested_id) else secrets.token_hex(8)
        status, started = 500, time.perf_counter()

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                message["headers"] = [
                    *message.get("headers", ()),
                    (_RAW_REQUEST_ID_HEADER, request_id.encode()),
                ]
            await send(message)

        structlog.contextvars.bind_contextvars(request_id=request_id)
        try:
            await self._app(scope, receive, send_with_id)
        finally:
            self._record(scope, status, time.perf_counter() - started)
            structlog.contextvars.unbind_contextvars("request_id")

    def _record(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "OTHER"
        route = getattr(scope.get("route"), "path_format", "none")
        self._metrics.count(method, route, status, seconds)
        _LOG.info("request", method=method, route=route, status=status, ms=round(seconds * 1000, 1))


def _header(scope: Scope, name: bytes) -> str:
    values = [value for key, value in scope["headers"] if key == name]
    return values[0].decode("latin-1") if values else ""


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
