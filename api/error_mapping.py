"""Mapping of errors to exit codes, HTTP status codes and problem types.

Exit codes of the commands: 0 success, 1 internal error, 2 unusable input, 3 the time limit was
reached before there was a usable result, 130 interrupted (the convention of shells). Over HTTP the
same errors become problem documents (RFC 9457), whose `type` ends with the slug.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from coach.errors import (
    ConfirmFirstError,
    ConflictError,
    DomainError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    UnreachableError,
    UnusableInputError,
)
from matching.errors import CancelledError, ImpossiblePinsError, NoUsableResultError

EXIT_SUCCESS = 0
EXIT_INTERNAL_ERROR = 1
EXIT_UNUSABLE_INPUT = 2
EXIT_TIME_LIMIT = 3
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class ErrorType:
    """How a class of errors is reported to clients.

    Attributes:
        exit_code: of a command.
        http_status: of a response.
        slug: last segment of the `type` of the problem document.
        title: `title` of the problem document, the same for all errors of the type.
    """

    exit_code: int
    http_status: HTTPStatus
    slug: str
    title: str


INTERNAL_ERROR = ErrorType(
    EXIT_INTERNAL_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR, "our-fault", "Something went wrong here"
)

ERROR_TABLE: dict[type[DomainError], ErrorType] = {
    UnusableInputError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "unusable-input",
        "The input cannot be used",
    ),
    ImpossiblePinsError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "impossible-pins",
        "A pin cannot be honoured",
    ),
    NoUsableResultError: ErrorType(
        EXIT_TIME_LIMIT,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "out-of-time",
        "The time limit came before any usable result",
    ),
    CancelledError: ErrorType(
        EXIT_INTERRUPTED, HTTPStatus.CONFLICT, "cancelled", "The run was stopped on request"
    ),
    NotFoundError: ErrorType(EXIT_UNUSABLE_INPUT, HTTPStatus.NOT_FOUND, "not-found", "Not found"),
    ConflictError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.CONFLICT, "conflict", "Not possible in this state"
    ),
    NotAllowedError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.FORBIDDEN, "not-allowed", "Not allowed"
    ),
    ConfirmFirstError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.FORBIDDEN, "confirm-first", "Please confirm who you are"
    ),
    UnreachableError: ErrorType(
        EXIT_INTERNAL_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unreachable",
        "Another server that is needed does not answer",
    ),
    NotSignedInError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.UNAUTHORIZED, "not-signed-in", "Please sign in"
    ),
    DomainError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.BAD_REQUEST, "refused", "The request was refused"
    ),
}


def error_type_of(error: BaseException) -> ErrorType:
    """The error type of the nearest base class of `error` in the table, else an internal error."""
    for ancestor in type(error).__mro__:
        if issubclass(ancestor, DomainError) and ancestor in ERROR_TABLE:
            return ERROR_TABLE[ancestor]
    return INTERNAL_ERROR
