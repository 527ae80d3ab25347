"""Problem documents (RFC 9457), returned for every rejected or failed request."""

from __future__ import annotations

import logging
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from sqlalchemy.exc import OperationalError
from starlette.exceptions import HTTPException

from api.database.engine import is_disk_full
from api.error_mapping import ERROR_TABLE, INTERNAL_ERROR, ErrorType, error_type_of
from api.http.urls import API
from api.logging.exception_location import exception_location
from api.texts.validation_faults import validation_fact
from coach.errors import DomainError, InputFault, UnusableInputError
from coach.texts.renderer import english

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)
_UNAVAILABLE = (
    "the database is currently unavailable; nothing was changed. Please try again shortly"
)
_DISK_FULL = (
    "the disk of the database is full; nothing was changed. Ask the server's administrator to free "
    "some space, then try again"
)
_RETRY_AFTER = {"Retry-After": "10"}  # seconds


class FaultDetails(BaseModel):
    """The location and description of a fault in the input. Row 1 is a table's header."""

    model_config = ConfigDict(frozen=True)

    file: str
    row: int
    column: str
    message: str


class ProblemDetails(BaseModel):
    """A problem document: what is wrong, where, and what to do."""

    model_config = ConfigDict(
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "type": f"{API}/problems#unusable-input",
                    "title": "The input cannot be used",
                    "status": 422,
                    "detail": "2 faults in coachees.csv",
                    "faults": [
                        {
                            "file": "coachees.csv",
                            "row": 3,
                            "column": "country",
                            "message": "'ZZ' is not a country code; use two letters of ISO 3166-1 "
                            "such as RS, or XK",
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
    faults: tuple[FaultDetails, ...] = ()


ProblemPageRenderer = Callable[[Request, ProblemDetails], Response]


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI descriptions of a route's problem responses."""
    return {
        status: {"model": ProblemDetails, "description": HTTPStatus(status).phrase}
        for status in (*statuses, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    }


def problem_details_of(error: Exception) -> ProblemDetails:
    """Return the problem document for an error; internal errors do not reveal their cause."""
    kind = error_type_of(error)
    if kind is INTERNAL_ERROR:
        return _problem(kind, "An internal error occurred and was logged. Please try again.")
    faults = error.faults if isinstance(error, UnusableInputError) else ()
    detail = _fault_summary(faults) if faults else str(error)
    return _problem(kind, detail, faults)


def register_exception_handlers(app: FastAPI, page: ProblemPageRenderer | None) -> None:
    """Respond to errors with problem documents in the API, and with `page` outside it."""

    def answer(request: Request, problem: ProblemDetails) -> Response:
        if page is not None and not request.url.path.startswith(API):
            return page(request, problem)
        headers = (
            {"WWW-Authenticate": "Bearer"} if problem.status == HTTPStatus.UNAUTHORIZED else {}
        )
        return JSONResponse(
            problem.model_dump(), problem.status, headers=headers, media_type=MEDIA_TYPE
        )

    def handle_domain_error(request: Request, error: Exception) -> Response:
        return answer(request, problem_details_of(error))

    def handle_validation_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise TypeError(type(error))
        return answer(request, _validation_problem(error))

    def handle_http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise TypeError(type(error))
        answered = answer(request, _problem_of_status(error.status_code, error.detail))
        answered.headers.update(error.headers or {})  # for instance, the allowed methods
        return answered

    def handle_unexpected_error(request: Request, error: Exception) -> Response:
        _LOG.error("request failed: %s", exception_location(error))
        return answer(request, problem_details_of(error))

    def handle_database_error(request: Request, error: Exception) -> Response:
        return handle_http_error(request, database_unavailable(error))

    app.add_exception_handler(DomainError, handle_domain_error)
    app.add_exception_handler(OperationalError, handle_database_error)
    app.add_exception_handler(RequestValidationError, handle_validation_error)
    app.add_exception_handler(HTTPException, handle_http_error)
    app.add_exception_handler(Exception, handle_unexpected_error)


def database_unavailable(error: Exception) -> HTTPException:
    """Log that the database is unavailable or its disk is full, and return the HTTP error.

    Middleware that fails while reading a body must raise this error, because the framework reports
    any other exception as an unreadable body.
    """
    full = is_disk_full(error)
    what = "the disk of the database is full" if full else "the database is unavailable"
    _LOG.error("%s: %s", what, exception_location(error))
    detail = _DISK_FULL if full else _UNAVAILABLE
    return HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, detail, _RETRY_AFTER)


def all_error_types() -> tuple[ErrorType, ...]:
    """Return all error types, without duplicates."""
    return tuple(dict.fromkeys((*ERROR_TABLE.values(), INTERNAL_ERROR)))


def _problem(kind: ErrorType, detail: str, faults: tuple[InputFault, ...] = ()) -> ProblemDetails:
    return ProblemDetails(
        type=f"{API}/problems#{kind.slug}",
        title=kind.title,
        status=kind.http_status,
        detail=detail,
        faults=tuple(
            FaultDetails(
                file=fault.file,
                row=fault.row,
                column=fault.column,
                message=english(fault.message),
            )
            for fault in faults
        ),
    )


def _validation_problem(error: RequestValidationError) -> ProblemDetails:
    """Describe the invalid fields of a request, without repeating their values."""
    kind = ERROR_TABLE[UnusableInputError]
    faults = tuple(
        InputFault(
            file=str(one["loc"][0]),
            row=1,
            column=".".join(map(str, one["loc"][1:])) or str(one["loc"][0]),
            message=validation_fact(one),
        )
        for one in error.errors()
    )
    return _problem(kind, _fault_summary(faults), faults)


def _problem_of_status(status: int, detail: str) -> ProblemDetails:
    phrase = HTTPStatus(status).phrase
    return ProblemDetails(type="about:blank", title=phrase, status=status, detail=detail or phrase)


def _fault_summary(faults: tuple[InputFault, ...]) -> str:
    files = ", ".join(dict.fromkeys(fault.file for fault in faults))
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in {files}"
