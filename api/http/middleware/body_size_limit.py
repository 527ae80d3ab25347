"""How much a request may bring: decided before its body is read, and counted as it comes in."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.authentication import authenticate_before_body
from api.http.principal import AccessRole
from api.http.problem_details import database_unavailable
from api.http.urls import CYCLE_FILE_SUFFIXES, NOTE_SUFFIX, PEOPLE_UPLOAD_SUFFIX
from api.settings import KIB, MIB, Settings

_FILES_AT_ONCE = 2
_NOTE_BYTES = 512 * KIB  # 20,000 signs of any script, each of them escaped


class BodySizeLimitMiddleware:
    """Refuses bodies above a limit: a small one, and larger ones where files or notes are taken in.

    The larger ones are for those alone who may bring such a thing. Who is asking is looked up
    where a body is announced as, or grows, larger than the small limit; not one byte more is read
    before that is known.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._default_limit = settings.body_limit_bytes
        lists = _FILES_AT_ONCE * settings.upload_limit_bytes + MIB
        self._raised_limits = {
            PEOPLE_UPLOAD_SUFFIX: (lists, AccessRole.MANAGER),
            **dict.fromkeys(CYCLE_FILE_SUFFIXES, (MIB, AccessRole.MANAGER)),
            NOTE_SUFFIX: (_NOTE_BYTES, AccessRole.COACH),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let one request through, and stop reading it where it grows too large."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit, seen = self._default_limit, 0
        declared = _declared_length(scope)

        async def counting_receive() -> Message:
            nonlocal limit, seen
            if not seen:
                limit = await self._limit_for(scope, declared, limit)
            message = await receive()
            seen += len(message.get("body", b""))
            limit = await self._limit_for(scope, seen, limit)
            return message

        await self._app(scope, counting_receive, send)

    async def _limit_for(self, scope: Scope, size: int, limit: int) -> int:
        """The limit that `size` keeps to: the present one, or what the sender is allowed.

        Raises:
            HTTPException: it keeps to none, or the database that knows the sender is away.
        """
        if size > limit:
            for end, (larger, role) in self._raised_limits.items():
                if scope["path"].endswith(end) and limit < larger:
                    try:
                        principal = await run_in_threadpool(authenticate_before_body, scope)
                    except OperationalError as error:
                        raise database_unavailable(error) from error
                    limit = larger if principal.role is role else limit
        if size > limit:
            readable = f"{limit // MIB} MiB" if limit >= MIB else f"{limit // KIB} KiB"
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {readable} are read here; send less"
            )
        return limit


def _declared_length(scope: Scope) -> int:
    """How long the body is to be, as its header says; the server holds the sender to it."""
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
