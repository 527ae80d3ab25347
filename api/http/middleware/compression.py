"""Compresses responses of the routes that declare that this is safe."""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.permissions import Permission

_ENCODING = "gzip"
_TYPES = frozenset({"text/html", "text/css", "text/javascript", "application/json"})
_MIN_BYTES = 1024
_LEVEL = 6
_THREAD_BYTES = 64 * 1024
_OFF = frozenset({"q=0", "q=0.0", "q=0.00", "q=0.000"})


class CompressionMiddleware:
    """Compresses responses with gzip if their route's permission is `compressible`.

    Streams, small responses and already compressed files are sent unchanged.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, and compress the response if that is allowed and useful."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        accepted = _accepts(Headers(scope=scope).get("accept-encoding", ""))
        start: Message | None = None

        async def send_compressed(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start" and _can_be_compressed(scope, message):
                MutableHeaders(raw=message["headers"]).add_vary_header("Accept-Encoding")
                if accepted:
                    start = message
                    return
            if start is not None:
                message = await _compressed(start, message)
                await send(start)
                start = None
            await send(message)

        await self._app(scope, receive, send_compressed)


def _accepts(header: str) -> bool:
    """Return whether `Accept-Encoding` lists gzip without excluding it."""
    for part in header.lower().split(","):
        name, *weights = (word.strip() for word in part.split(";"))
        if name == _ENCODING:
            return _OFF.isdisjoint(weights)
    return False


def is_compressible(scope: Scope) -> bool:
    """Return whether a request's route declares that its responses may be compressed."""
    route = getattr(scope.get("route"), "path_format", None)
    permissions: Mapping[tuple[str, str], Permission] = scope["app"].state.permissions
    permission = permissions.get((scope["method"], route or ""))
    return permission is not None and permission.compressible


def _can_be_compressed(scope: Scope, start: Message) -> bool:
    """Return whether this response of a compressible route can be compressed."""
    headers = Headers(raw=start.get("headers", []))
    media_type = headers.get("content-type", "").partition(";")[0].strip().lower()
    return is_compressible(scope) and media_type in _TYPES and "content-encoding" not in headers


async def _compressed(start: Message, body: Message) -> Message:
    """Return the compressed body, and change the headers in `start` accordingly."""
    content: bytes = body.get("body", b"")
    if body.get("more_body", False) or len(content) < _MIN_BYTES:
        return body
    if len(content) < _THREAD_BYTES:
        content = _compress(content)
    else:
        content = await run_in_threadpool(_compress, content)
    headers = MutableHeaders(raw=start["headers"])
    headers["Content-Encoding"] = _ENCODING
    headers["Content-Length"] = str(len(content))
    return {**body, "body": content}


def _compress(content: bytes) -> bytes:
    return gzip.compress(content, compresslevel=_LEVEL, mtime=0)
