"""Problem documents (RFC 9457): how every refusal and fault is answered."""

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

from api.database.engine import has_no_room
from api.error_mapping import ERROR_TABLE, OUR_FAULT, ErrorKind, kind_of
from api.http.urls import API
from api.logging.exception_location import place_of
from coach.errors import InputFault, ProgrammeError, UnusableInputError

MEDIA_TYPE = "application/problem+json"
_LOG = logging.getLogger(__name__)
_AWAY = "the database does not answer at the moment; nothing was changed, please try again soon"
_NO_ROOM = (
    "there is no room left where the database is; nothing was changed. "
    "Whoever runs the server has to make room; then please try again"
)
_TRY_AGAIN = {"Retry-After": "10"}  # seconds


class Fault(BaseModel):
    """One thing wrong with one place of what was sent. `row` 1 is a table's header."""

    model_config = ConfigDict(frozen=True)

    file: str
    row: int
    column: str
    message: str


class Problem(BaseModel):
    """Why a request was refused: what, where, and what to do."""

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
                            "message": "'ZZ' is no country; write a code like BA, or XK",
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
    faults: tuple[Fault, ...] = ()


PageOfProblem = Callable[[Request, Problem], Response]


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a route, for its description in OpenAPI."""
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase}
        for status in (*statuses, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)
    }


def problem_of(error: Exception) -> Problem:
    """The problem document of an error; faults of ours tell nothing of what they were."""
    kind = kind_of(error)
    if kind is OUR_FAULT:
        return _problem(kind, "This is a fault of the programme. It was noted; please try again.")
    faults = error.faults if isinstance(error, UnusableInputError) else ()
    detail = _counted(faults) if faults else str(error)
    return _problem(kind, detail, faults)


def add_problem_handlers(app: FastAPI, page: PageOfProblem | None) -> None:
    """Answer every error with a problem; outside the API as a page, where there are pages."""

    def answer(request: Request, problem: Problem) -> Response:
        if page is not None and not request.url.path.startswith(API):
            return page(request, problem)
        headers = (
            {"WWW-Authenticate": "Bearer"} if problem.status == HTTPStatus.UNAUTHORIZED else {}
        )
        return JSONResponse(
            problem.model_dump(), problem.status, headers=headers, media_type=MEDIA_TYPE
        )

    def refused(request: Request, error: Exception) -> Response:
        return answer(request, problem_of(error))

    def malformed(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise TypeError(type(error))
        return answer(request, _malformed(error))

    def http_error(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise TypeError(type(error))
        answered = answer(request, _of_status(error.status_code, error.detail))
        answered.headers.update(error.headers or {})  # which methods are allowed, for instance
        return answered

    def our_fault(request: Request, error: Exception) -> Response:
        _LOG.error("request failed: %s", place_of(error))
        return answer(request, problem_of(error))

    def database_away(request: Request, error: Exception) -> Response:
        return http_error(request, database_is_away(error))

    app.add_exception_handler(ProgrammeError, refused)
    app.add_exception_handler(OperationalError, database_away)
    app.add_exception_handler(RequestValidationError, malformed)
    app.add_exception_handler(HTTPException, http_error)
    app.add_exception_handler(Exception, our_fault)


def database_is_away(error: Exception) -> HTTPException:
    """The answer while the database does not, or has no room; noted in the log.

    Also from within a body's reading: there the framework would take any other error for a body
    that cannot be read.
    """
    full = has_no_room(error)
    what = "the disk of the database is full" if full else "the database is away"
    _LOG.error("%s: %s", what, place_of(error))
    told = _NO_ROOM if full else _AWAY
    return HTTPException(HTTPStatus.SERVICE_UNAVAILABLE, told, _TRY_AGAIN)


def every_kind() -> tuple[ErrorKind, ...]:
    """Every kind of problem there is, each once."""
    return tuple(dict.fromkeys((*ERROR_TABLE.values(), OUR_FAULT)))


def _problem(kind: ErrorKind, detail: str, faults: tuple[InputFault, ...] = ()) -> Problem:
    return Problem(
        type=f"{API}/problems#{kind.slug}",
        title=kind.title,
        status=kind.http_status,
        detail=detail,
        faults=tuple(
            Fault(file=fault.file, row=fault.row, column=fault.column, message=fault.message)
            for fault in faults
        ),
    )


def _malformed(error: RequestValidationError) -> Problem:
    """Which fields of the request are wrong; what was sent is not repeated."""
    kind = ERROR_TABLE[UnusableInputError]
    faults = tuple(
        InputFault(
            file=str(one["loc"][0]),
            row=1,
            column=".".join(map(str, one["loc"][1:])) or str(one["loc"][0]),
            message=str(one["msg"]).removeprefix("Value error, "),
        )
        for one in error.errors()
    )
    return _problem(kind, _counted(faults), faults)


def _of_status(status: int, detail: str) -> Problem:
    phrase = HTTPStatus(status).phrase
    return Problem(type="about:blank", title=phrase, status=status, detail=detail or phrase)


def _counted(faults: tuple[InputFault, ...]) -> str:
    files = ", ".join(dict.fromkeys(fault.file for fault in faults))
    return f"{len(faults)} fault{'s' if len(faults) != 1 else ''} in {files}"
