"""Problem documents (RFC 9457), returned for every rejected or failed request."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, JsonValue
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.database.engine import is_disk_full
from api.error_mapping import ERROR_TABLE, INTERNAL_ERROR, ErrorType, error_type_of
from api.http import facts
from api.http.rejected_request import RejectedRequestError
from api.http.urls import API
from api.logging.exception_location import exception_location
from api.texts.reader_language import request_renderer
from coach.errors import (
    BusyError,
    ChangedSinceError,
    DomainError,
    InputFault,
    UnusableInputError,
)
from coach.texts.facts import Displayed, Fact
from coach.texts.renderer import Renderer
from coach.validation_errors import validation_fact

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)
_RETRY_AFTER = {"Retry-After": "10"}  # seconds


class FaultDetails(BaseModel):
    """The location and description of a fault in the input. Row 1 is a table's header.

    `code` and `params` express the same as `message`, independently of the language.
    """

    model_config = ConfigDict(frozen=True)

    file: str
    row: int
    column: str
    message: str
    code: str | None = None
    params: dict[str, JsonValue] | None = None


class DifferenceDetails(BaseModel):
    """A field whose stored value differs from the submitted one."""

    model_config = ConfigDict(frozen=True)

    field: str
    stored: str
    submitted: str


class ProblemDetails(BaseModel):
    """A problem document: the problem, its location, and how to solve it.

    `title`, `detail` and the messages of `faults` are in the reader's language; `code` and
    `params` express the same as `detail`, independently of the language. `differences` is present
    if somebody else has changed the object.
    """

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": f"{API}/problems#unusable-input",
                    "title": "The input cannot be used",
                    "status": 422,
                    "detail": "1 fault in coachees.csv",
                    "code": "input.faults",
                    "params": {"count": 1, "files": ["coachees.csv"]},
                    "faults": [
                        {
                            "file": "coachees.csv",
                            "row": 3,
                            "column": "country",
                            "message": "'ZZ' is not a country code; use an ISO 3166-1 alpha-2 code "
                            "such as RS, or XK",
                            "code": "intake.not_a_country",
                            "params": {"value": "ZZ"},
                        }
                    ],
                }
            ]
        },
    )

    type: str
    title: str
    status: int
    detail: str
    code: str | None = None
    params: dict[str, JsonValue] | None = None
    faults: tuple[FaultDetails, ...] = ()
    differences: tuple[DifferenceDetails, ...] | None = None


ProblemPageRenderer = Callable[[Request, ProblemDetails], Response]
Interruption = Callable[[Request, Exception], Awaitable[Response]]
"""Responds to an error with a page on which the user can continue."""


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI descriptions of a route's problem responses, including 401 and 403."""
    return {
        status: {"model": ProblemDetails, "description": HTTPStatus(status).phrase}
        for status in (*statuses, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    }


def problem_details_of(error: Exception, texts: Renderer) -> ProblemDetails:
    """Return the problem document for an error; internal errors do not reveal their cause."""
    kind = error_type_of(error)
    if not isinstance(error, DomainError):
        return _problem(kind, facts.INTERNAL_ERROR(), texts)
    if isinstance(error, ChangedSinceError):
        found = tuple(
            DifferenceDetails(field=one.field, stored=one.stored, submitted=one.submitted)
            for one in error.differences
        )
        return _problem(kind, error.shown, texts).model_copy(update={"differences": found})
    faults = error.faults if isinstance(error, UnusableInputError) else ()
    return _problem(kind, error.shown, texts, faults)


def register_exception_handlers(app: FastAPI, page: ProblemPageRenderer | None) -> None:
    """Respond to errors with problem documents in the API, and with `page` everywhere else.

    A browser that follows a link to the API also gets the page. If `page` is `None`, all responses
    are problem documents.
    """

    def answer(request: Request, problem: ProblemDetails) -> Response:
        if page is not None and (not request.url.path.startswith(API) or _follows_link(request)):
            return page(request, problem)
        headers = (
            {"WWW-Authenticate": "Bearer"} if problem.status == HTTPStatus.UNAUTHORIZED else {}
        )
        document = problem.model_dump(exclude_none=True)
        return JSONResponse(document, problem.status, headers=headers, media_type=MEDIA_TYPE)

    def handle_domain_error(request: Request, error: Exception) -> Response:
        answered = answer(request, problem_details_of(error, request_renderer(request)))
        answered.headers.update(_retry_after(error))
        return answered

    def handle_validation_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise TypeError(type(error))
        return answer(request, problem_details_of(_request_error(error), request_renderer(request)))

    def handle_http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise TypeError(type(error))
        answered = answer(request, _problem_of_status(error, request_renderer(request)))
        answered.headers.update(error.headers or {})  # for instance, the allowed methods
        return answered

    def handle_unexpected_error(request: Request, error: Exception) -> Response:
        _LOG.error("request failed: %s", exception_location(error))
        return answer(request, problem_details_of(error, request_renderer(request)))

    def handle_database_error(request: Request, error: Exception) -> Response:
        return handle_http_error(request, database_unavailable(error))

    app.add_exception_handler(DomainError, handle_domain_error)
    app.add_exception_handler(OperationalError, handle_database_error)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
    app.add_exception_handler(HTTPException, handle_http_error)
    app.add_exception_handler(Exception, handle_unexpected_error)


def register_interruption(
    app: FastAPI, error_type: type[DomainError], interruption: Interruption
) -> None:
    """Respond to errors of one type, outside the API, with a page on which the user can continue.

    Call this after `register_exception_handlers`.
    """
    report: Any = app.exception_handlers[DomainError]

    async def handle(request: Request, error: Exception) -> Response:
        if not request.url.path.startswith(API):
            return await interruption(request, error)
        reported: Response = report(request, error)
        return reported

    app.add_exception_handler(error_type, handle)


def database_unavailable(error: Exception) -> RejectedRequestError:
    """Log that the database is unavailable or its disk is full, and return the HTTP error.

    Middleware that fails while reading a body must raise this error, because the framework reports
    any other exception as an unreadable body.
    """
    full = is_disk_full(error)
    what = "the database disk is full" if full else "the database is unavailable"
    _LOG.error("%s: %s", what, exception_location(error))
    shown = facts.DISK_FULL() if full else facts.DATABASE_UNAVAILABLE()
    return RejectedRequestError(HTTPStatus.SERVICE_UNAVAILABLE, shown, _RETRY_AFTER)


def _retry_after(error: Exception) -> dict[str, str]:
    if isinstance(error, BusyError):
        return {"Retry-After": str(error.retry_after_seconds)}
    return {}


def _follows_link(request: Request) -> bool:
    """Return whether a browser will display the response as a page, even if it requested a file."""
    return request.method == "GET" and request.headers.get("sec-fetch-mode") == "navigate"


def all_error_types() -> tuple[ErrorType, ...]:
    """Return all error types, without duplicates."""
    return tuple(dict.fromkeys((*ERROR_TABLE.values(), INTERNAL_ERROR)))


def _problem(
    kind: ErrorType, detail: Displayed, texts: Renderer, faults: tuple[InputFault, ...] = ()
) -> ProblemDetails:
    return ProblemDetails(
        type=f"{API}/problems#{kind.slug}",
        title=texts.text(kind.title),
        status=kind.http_status,
        detail=texts.text(detail),
        **_fact_members(detail),
        faults=tuple(
            FaultDetails(
                file=fault.file,
                row=fault.row,
                column=fault.column,
                message=texts.text(fault.message),
                **_fact_members(fault.message),
            )
            for fault in faults
        ),
    )


def _fact_members(shown: Displayed) -> dict[str, Any]:
    """Return the members `code` and `params` of a fact, or no members for text."""
    return shown.to_json() if isinstance(shown, Fact) else {}


def _request_error(error: RequestValidationError) -> UnusableInputError:
    """Describe the invalid fields of a request, without repeating their values."""
    return UnusableInputError(
        InputFault(
            file=str(one["loc"][0]),
            row=1,
            column=".".join(map(str, one["loc"][1:])) or str(one["loc"][0]),
            message=validation_fact(one),
        )
        for one in error.errors()
    )


_DETAILS = {
    HTTPStatus.BAD_REQUEST: facts.BODY_UNREADABLE(),
    HTTPStatus.NOT_FOUND: facts.NOTHING_HERE(),
    HTTPStatus.METHOD_NOT_ALLOWED: facts.WRONG_METHOD(),
}
"""The problem details for requests refused by the framework, keyed by status code."""


def _problem_of_status(error: HTTPException, texts: Renderer) -> ProblemDetails:
    """Describe an HTTP error, without the detail of errors that the framework raises."""
    status = HTTPStatus(error.status_code)
    known = facts.STATUS_TITLES.get(status)
    title = facts.OTHER_STATUS(status=status.value) if known is None else known()
    general = _DETAILS.get(status, title)
    detail = error.shown if isinstance(error, RejectedRequestError) else general
    return ProblemDetails(
        type="about:blank",
        title=texts.text(title),
        status=status,
        detail=texts.text(detail),
        **_fact_members(detail),
    )
