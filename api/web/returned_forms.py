"""Repeats a submitted form on the error page if the error is temporary.

Otherwise, people would lose what they have typed when their sign-in has expired or the database is
unavailable. The error page contains the fields and can submit them again. The fields are stored
neither by the server nor in the browser's cache. Forms with secrets or files are not repeated.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api.http.middleware.sent_forms import DRAFT, draft_name
from api.http.urls import API
from coach.errors import BusyError, DomainError, NotSignedInError

Fields = tuple[tuple[str, str], ...]
_PASSING_ERRORS = (NotSignedInError, BusyError, OperationalError)
_FORM = "application/x-www-form-urlencoded"
_SECRETS = frozenset({"code", "passphrase", "password", "pin", "recovery", "secret", "token"})
_WORD = re.compile(r"[a-z]+")


def register_returned_forms(app: FastAPI) -> None:
    """Make error pages repeat submitted forms. Call this after registering the error handlers."""
    for error_type in _PASSING_ERRORS:
        ancestor = DomainError if issubclass(error_type, DomainError) else error_type
        app.add_exception_handler(error_type, _with_form(app.exception_handlers[ancestor]))


def returned_fields(request: Request) -> Fields:
    """Return the names and values of fields to repeat on a request's error page; may be empty."""
    fields: Fields = getattr(request.state, "returned_fields", ())
    return fields


def returned_address(request: Request) -> str:
    """Return the address to which the form of a request is submitted again, with its draft."""
    name = draft_name(request.scope)
    return request.url.path if name is None else f"{request.url.path}?{DRAFT}={name}"


def without_secrets(fields: Fields) -> Fields:
    """Return the fields of a form, or an empty tuple if any of them is a non-empty secret."""
    for name, text in fields:
        if text and not _SECRETS.isdisjoint(_WORD.findall(name.lower())):
            return ()
    return fields


def _with_form(report: Any) -> Callable[[Request, Exception], Awaitable[Response]]:  # noqa: ANN401 - as in Starlette
    async def handle(request: Request, error: Exception) -> Response:
        if _is_form(request):
            with suppress(HTTPException, ClientDisconnect):
                form = await request.form()
                typed = tuple((name, str(text)) for name, text in form.multi_items())
                request.state.returned_fields = without_secrets(typed)
        reported: Response = await run_in_threadpool(report, request, error)
        return reported

    return handle


def _is_form(request: Request) -> bool:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    page = not request.url.path.startswith(API)
    return page and request.method == "POST" and media_type == _FORM
