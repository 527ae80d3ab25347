"""Gives a submitted form back if it could not be processed for a reason that passes.

Without this, people would lose what they typed because their sign-in had expired or the database
was unavailable. The error page then contains the fields and submits them again. It is not stored,
neither by the server nor in the browser's cache. Forms with secrets or files are not given back.
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

from api.http.urls import API
from coach.errors import BusyError, DomainError, NotSignedInError

Fields = tuple[tuple[str, str], ...]
_PASSING_ERRORS = (NotSignedInError, BusyError, OperationalError)
_FORM = "application/x-www-form-urlencoded"
_SECRETS = frozenset({"code", "passphrase", "password", "pin", "recovery", "secret", "token"})
_WORD = re.compile(r"[a-z]+")


def register_returned_forms(app: FastAPI) -> None:
    """Have error pages give forms back; to be called after the error handlers are registered."""
    for error_type in _PASSING_ERRORS:
        ancestor = DomainError if issubclass(error_type, DomainError) else error_type
        app.add_exception_handler(error_type, _with_form(app.exception_handlers[ancestor]))


def returned_fields(request: Request) -> Fields:
    """Return the fields of the form that the error page for a request gives back, if any."""
    fields: Fields = getattr(request.state, "returned_fields", ())
    return fields


def without_secrets(fields: Fields) -> Fields:
    """Return the fields of a form, or none of them if one is a secret that is not empty."""
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
