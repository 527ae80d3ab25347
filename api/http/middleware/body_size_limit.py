"""How much a request may bring: decided before its body is read, and counted as it comes in."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.authentication import viewer_before_body
from api.http.principal import AccessRole
from api.http.problem_details import database_is_away
from api.http.urls import CYCLE_FILES, LISTS, NOTES
from api.settings import KIB, MIB, Settings

_FILES_AT_ONCE = 2
_NOTE_BYTES = 512 * KIB  # 20,000 signs of any script, each of them escaped


class BodyLimit:
    """Refuses bodies above a limit: a small one, and larger ones where files or notes are taken in.

    The larger ones are for those alone who may bring such a thing. Who is asking is looked up
    where a body is announced as, or grows, larger than the small limit; not one byte more is read
    before that is known.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._small = settings.body_limit_bytes
        lists = _FILES_AT_ONCE * settings.upload_limit_bytes + MIB
        self._larger = {
            LISTS: (lists, AccessRole.MANAGER),
            **dict.fromkeys(CYCLE_FILES, (MIB, AccessRole.MANAGER)),
            NOTES: (_NOTE_BYTES, AccessRole.COACH),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, and stop reading it where it grows too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, seen = self._small, 0
        promised = _promised(scope)

        async def counted() -> Message:
            nonlocal limit, seen
            if not seen:
                limit = await self._limit_for(scope, promised, limit)
            message = await receive()
            seen += len(message.get("body", b""))
            limit = await self._limit_for(scope, seen, limit)
            return message

        await self._app(scope, counted, send)

    async def _limit_for(self, scope: Scope, size: int, limit: int) -> int:
        """The limit that `size` keeps to: the present one, or what the sender is allowed.

        Raises:
            HTTPException: it keeps to none, or the database that knows the sender is away.
        """
        if size > limit:
            for end, (larger, role) in self._larger.items():
                if scope["path"].endswith(end) and limit < larger:
                    try:
                        viewer = await run_in_threadpool(viewer_before_body, scope)
                    except OperationalError as error:
                        raise database_is_away(error) from error
                    limit = larger if viewer.role is role else limit
        if size > limit:
            whole = f"{limit // MIB} MiB" if limit >= MIB else f"{limit // KIB} KiB"
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {whole} are read here; send less"
            )
        return limit


def _promised(scope: Scope) -> int:
    """How long the body is to be, as its header says; the server holds the sender to it."""
    promised = Headers(scope=scope).get("content-length", "")
    return int(promised) if promised.isascii() and promised.isdigit() else 0
