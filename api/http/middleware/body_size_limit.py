"""Limits the size of request bodies, before and while they are read."""

from __future__ import annotations

from http import HTTPStatus

from sqlalchemy.exc import OperationalError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http import facts
from api.http.authentication import authenticate_before_body
from api.http.permissions import COACH, MANAGER, PERSON
from api.http.problem_details import database_unavailable
from api.http.rejected_request import RejectedRequestError
from api.http.urls import (
    CALENDAR_SUFFIX,
    CYCLE_FILE_SUFFIXES,
    NOTE_SUFFIX,
    PEOPLE_UPLOAD_SUFFIXES,
    VERIFY_CODE_SUFFIX,
    VERIFY_SUFFIX,
)
from api.settings import KIB, MIB, Settings

_FILES_AT_ONCE = 2
_NOTE_FORMS = (NOTE_SUFFIX, VERIFY_SUFFIX, VERIFY_CODE_SUFFIX)
_CALENDAR_BYTES = MIB + 16 * KIB  # a file and the form around it
_NOTE_BYTES = 512 * KIB  # enough for 20,000 escaped characters of any script


class BodySizeLimitMiddleware:
    """Rejects request bodies that exceed a limit, which is higher for uploads and notes.

    A higher limit applies only to senders whose role permits the upload. The sender is
    authenticated when the declared or received size exceeds the default limit, before the rest of
    the body is read.
    """

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._default_limit = settings.body_limit_bytes
        lists = _FILES_AT_ONCE * settings.upload_limit_bytes + MIB
        self._raised_limits = {
            **dict.fromkeys(PEOPLE_UPLOAD_SUFFIXES, (lists, MANAGER)),
            **dict.fromkeys(CYCLE_FILE_SUFFIXES, (MIB, MANAGER)),
            **dict.fromkeys(_NOTE_FORMS, (_NOTE_BYTES, COACH)),
            CALENDAR_SUFFIX: (_CALENDAR_BYTES, PERSON),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Process a request, and stop reading its body as soon as it exceeds the limit."""
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
        """Return the size limit, which is higher for permitted senders of a larger body.

        Raises:
            HTTPException: `size` exceeds the limit for this sender, or the database is unavailable.
        """
        if size > limit:
            for end, (larger, roles) in self._raised_limits.items():
                if scope["path"].endswith(end) and limit < larger:
                    try:
                        principal = await run_in_threadpool(authenticate_before_body, scope)
                    except OperationalError as error:
                        raise database_unavailable(error) from error
                    limit = larger if principal.role in roles else limit
        if size > limit:
            shown = (
                facts.TOO_LARGE_MIB(size=limit // MIB)
                if limit >= MIB
                else facts.TOO_LARGE_KIB(size=limit // KIB)
            )
            raise RejectedRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, shown)
        return limit


def _declared_length(scope: Scope) -> int:
    """Return a request's Content-Length, which the server enforces, or 0 if it has none."""
    declared = Headers(scope=scope).get("content-length", "")
    return int(declared) if declared.isascii() and declared.isdigit() else 0
