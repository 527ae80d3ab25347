"""Maps errors to exit codes, HTTP status codes and problem types.

Commands exit with 0 on success, 1 on an internal error, 2 on unusable input, 3 if the time limit
was reached before a usable result was found, 4 if a check fails, and 130 if interrupted (by shell
convention). Over HTTP, the same errors become problem documents (RFC 9457), whose `type` ends with
the slug.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from api.http import facts as titles
from coach.errors import (
    BusyError,
    ChangedSinceError,
    ConfirmChangeError,
    ConfirmFirstError,
    ConflictError,
    DomainError,
    NegativeAnswerError,
    NotAllowedError,
    NotFoundError,
    NotSignedInError,
    SecondFactorFirstError,
    TooManyAttemptsError,
    UnreachableError,
    UnusableInputError,
    VerifyFirstError,
)
from coach.texts.facts import Fact
from matching.errors import (
    CancelledError,
    ImpossiblePinsError,
    NoUsableResultError,
    UnsoundResultError,
)

EXIT_SUCCESS = 0
EXIT_INTERNAL_ERROR = 1
EXIT_UNUSABLE_INPUT = 2
EXIT_TIME_LIMIT = 3
EXIT_NEGATIVE = 4
EXIT_INTERRUPTED = 130


@dataclass(frozen=True, slots=True)
class ErrorType:
    """How a class of errors is reported to clients.

    Attributes:
        exit_code: the exit code of a command.
        http_status: the status code of a response.
        slug: the last segment of the problem document's `type`.
        title: the problem document's `title`, the same for all errors of this type.
    """

    exit_code: int
    http_status: HTTPStatus
    slug: str
    title: Fact


INTERNAL_ERROR = ErrorType(
    EXIT_INTERNAL_ERROR,
    HTTPStatus.INTERNAL_SERVER_ERROR,
    "our-fault",
    titles.SERVER_ERROR_TITLE(),
)

ERROR_TABLE: dict[type[DomainError], ErrorType] = {
    UnsoundResultError: INTERNAL_ERROR,
    UnusableInputError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "unusable-input",
        titles.UNUSABLE_INPUT_TITLE(),
    ),
    ImpossiblePinsError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "impossible-pins",
        titles.IMPOSSIBLE_PINS_TITLE(),
    ),
    NoUsableResultError: ErrorType(
        EXIT_TIME_LIMIT,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "out-of-time",
        titles.OUT_OF_TIME_TITLE(),
    ),
    CancelledError: ErrorType(
        EXIT_INTERRUPTED, HTTPStatus.CONFLICT, "cancelled", titles.RUN_CANCELLED_TITLE()
    ),
    NotFoundError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.NOT_FOUND, "not-found", titles.NOT_FOUND_TITLE()
    ),
    NegativeAnswerError: ErrorType(
        EXIT_NEGATIVE, HTTPStatus.CONFLICT, "answer-is-no", titles.NEGATIVE_ANSWER_TITLE()
    ),
    ChangedSinceError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.PRECONDITION_FAILED,
        "changed-since",
        titles.CHANGED_SINCE_TITLE(),
    ),
    ConflictError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.CONFLICT, "conflict", titles.CONFLICT_TITLE()
    ),
    NotAllowedError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.FORBIDDEN, "not-allowed", titles.NOT_ALLOWED_TITLE()
    ),
    ConfirmFirstError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.FORBIDDEN, "confirm-first", titles.CONFIRM_IDENTITY_TITLE()
    ),
    ConfirmChangeError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.FORBIDDEN, "confirm-change", titles.CONFIRM_CHANGE_TITLE()
    ),
    VerifyFirstError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.FORBIDDEN, "verify-first", titles.VERIFY_FIRST_TITLE()
    ),
    SecondFactorFirstError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.FORBIDDEN,
        "second-factor-first",
        titles.SECOND_FACTOR_TITLE(),
    ),
    UnreachableError: ErrorType(
        EXIT_INTERNAL_ERROR,
        HTTPStatus.SERVICE_UNAVAILABLE,
        "unreachable",
        titles.UNREACHABLE_TITLE(),
    ),
    TooManyAttemptsError: ErrorType(
        EXIT_UNUSABLE_INPUT,
        HTTPStatus.TOO_MANY_REQUESTS,
        "too-many-attempts",
        titles.TOO_MANY_ATTEMPTS_TITLE(),
    ),
    BusyError: ErrorType(
        EXIT_INTERNAL_ERROR, HTTPStatus.SERVICE_UNAVAILABLE, "busy", titles.BUSY_TITLE()
    ),
    NotSignedInError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.UNAUTHORIZED, "not-signed-in", titles.SIGN_IN_TITLE()
    ),
    DomainError: ErrorType(
        EXIT_UNUSABLE_INPUT, HTTPStatus.BAD_REQUEST, "refused", titles.REFUSED_TITLE()
    ),
}


def error_type_of(error: BaseException) -> ErrorType:
    """Return the type for the error's most specific class in the table, or `INTERNAL_ERROR`."""
    for ancestor in type(error).__mro__:
        if issubclass(ancestor, DomainError) and ancestor in ERROR_TABLE:
            return ERROR_TABLE[ancestor]
    return INTERNAL_ERROR


def title_of(slug: str) -> Fact | None:
    """Return the title of the error type with this slug, or `None` if there is no such type."""
    return _TITLES.get(slug)


_TITLES = {kind.slug: kind.title for kind in (*ERROR_TABLE.values(), INTERNAL_ERROR)}
