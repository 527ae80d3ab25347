"""How much a request may bring: counted as it comes in, whatever its headers promise."""

from __future__ import annotations

from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.addresses import LISTS
from api.settings import MIB, Settings

_FILES_AT_ONCE = 2


class BodyLimit:
    """Refuses bodies above a limit: a small one, and a large one where lists are taken in.

    The large one is for requests that show some credential; bodies are read before it is checked.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._small = settings.body_limit_bytes
        self._large = _FILES_AT_ONCE * settings.upload_limit_bytes + MIB

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, and stop reading it where it grows too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, seen = self._limit(scope), 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > limit:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"at most {limit / MIB:.0f} MiB are read here; send less",
                )
            return message

        await self._app(scope, counted, send)

    def _limit(self, scope: Scope) -> int:
        headers = Headers(scope=scope)
        shows = "authorization" in headers or "cookie" in headers
        return self._large if scope["path"].endswith(LISTS) and shows else self._small
