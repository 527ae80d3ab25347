"""Messages about errors in responses, and about requests that the HTTP layer rejects."""

from __future__ import annotations

from http import HTTPStatus

from coach.texts.facts import NUMBER, PLAIN_NUMBER, TEXT, message

NO_ACCESS = message(
    "http.no_access", "you do not have access to this; sign in with an account that has access"
)
LINK_INVALID = message(
    "http.link_invalid", "this link is no longer valid; ask the programme office for a new one"
)
SIGN_IN_FIRST = message("http.sign_in_first", "please sign in first")
# i18n: `scope` is one of read, run, people, administration, as sent to the API.
SCOPE_MISSING = message(
    "http.scope_missing",
    'this token does not have the scope "{scope}"; go to the account page and create a token '
    "that has it",
    scope=TEXT,
)
ADMINISTRATORS_ONLY = message(
    "http.administrators_only", "only administrators can do this; ask an administrator"
)
BEYOND_LIMITS = message(
    "http.beyond_limits",
    "your access is limited to certain cycles or countries and does not cover this request; ask"
    " an administrator",
)
NOT_WITHIN_LIMITS = message(
    "http.not_within_limits",
    "there is nothing at this address, or you do not have access to it; if you need access, "
    "ask an administrator",
)
SECOND_FACTOR_FIRST = message(
    "http.second_factor_first",
    "please set up a second factor first; go to the account page and add an authenticator app "
    "or a passkey",
)
CONFIRM_FIRST = message("http.confirm_first", "please confirm your identity to continue")
VERIFY_FIRST = message(
    "http.verify_first",
    "to continue, confirm your identity: use your passkey, or request a code by email and "
    "enter it, together with your PIN if you have set one",
)
UNKNOWN_HOST = message(
    "http.unknown_host",
    "this server is not configured for that host name; set GENDER_COACH_PUBLIC_URL",
)
NO_PAGE = message("http.no_page", "there is no page at this address; check the link")
ORIGIN_MISSING = message(
    "http.origin_missing",
    "your browser did not report which site the request came from; please use a newer browser",
)
OTHER_SITE = message(
    "http.other_site",
    "this request was sent by another site; open the page on this server and try again",
)
TOO_LARGE_MIB = message(
    "http.too_large_mib", "the request is too large; send at most {size} MiB", size=NUMBER
)
TOO_LARGE_KIB = message(
    "http.too_large_kib", "the request is too large; send at most {size} KiB", size=NUMBER
)
TOO_MANY_SIGN_INS = message(
    "http.too_many_sign_ins",
    "too many sign-in attempts; wait a minute and try again",
)

# Titles of the types of errors.
SERVER_ERROR_TITLE = message("http.title_server_error", "Something went wrong on the server")
UNUSABLE_INPUT_TITLE = message("http.title_unusable_input", "The input cannot be used")
IMPOSSIBLE_PINS_TITLE = message("http.title_impossible_pins", "A pin cannot be honoured")
OUT_OF_TIME_TITLE = message(
    "http.title_out_of_time", "The time limit was reached before a usable result was found"
)
RUN_CANCELLED_TITLE = message("http.title_run_cancelled", "The run was cancelled")
NEGATIVE_ANSWER_TITLE = message("http.title_negative_answer", "The check failed")
NOT_FOUND_TITLE = message("http.title_not_found", "Not found")
CONFLICT_TITLE = message("http.title_conflict", "Not possible in the current state")
CHANGED_SINCE_TITLE = message("http.title_changed_since", "Somebody else has changed this")
NOT_ALLOWED_TITLE = message("http.title_not_allowed", "Not allowed")
CONFIRM_IDENTITY_TITLE = message("http.title_confirm_identity", "Please confirm your identity")
CONFIRM_CHANGE_TITLE = message("http.title_confirm_change", "Please confirm this change")
VERIFY_FIRST_TITLE = message("http.title_verify_first", "Please confirm that it is you")
SECOND_FACTOR_TITLE = message("http.title_second_factor", "Please set up a second factor")
UNREACHABLE_TITLE = message(
    "http.title_unreachable", "A required external service is not responding"
)
TOO_MANY_ATTEMPTS_TITLE = message("http.title_too_many_attempts", "Too many attempts")
BUSY_TITLE = message("http.title_busy", "The server is busy")
SIGN_IN_TITLE = message("http.title_sign_in", "Please sign in")
REFUSED_TITLE = message("http.title_refused", "The request was refused")

# Messages about errors that are not domain errors.
INTERNAL_ERROR = message(
    "http.internal_error", "An internal error occurred and was logged. Please try again."
)
DATABASE_UNAVAILABLE = message(
    "http.database_unavailable",
    "the database is currently unavailable; nothing was changed. Please try again shortly",
)
DISK_FULL = message(
    "http.disk_full",
    "the database disk is full; nothing was changed. Ask the server's administrator to free "
    "some space, then try again",
)
BODY_UNREADABLE = message(
    "http.body_unreadable", "the body of the request cannot be read; check its format"
)

NOTHING_HERE = message(
    "http.nothing_here", "there is nothing at this address; check that it is correct"
)
WRONG_METHOD = message(
    "http.wrong_method",
    "this action is not possible at this address; go back to the page and try again",
)

VERSION_MISSING = message(
    "http.version_missing",
    "nothing was changed, because this request could overwrite other people's changes. Send "
    "an If-Match header with the ETag of the version that you have read, or with * to "
    "replace any version",
)

STATUS_TITLES = {
    HTTPStatus.BAD_REQUEST: message("http.status_400", "Bad Request"),
    HTTPStatus.NOT_FOUND: message("http.status_404", "Not Found"),
    HTTPStatus.METHOD_NOT_ALLOWED: message("http.status_405", "Method Not Allowed"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: message("http.status_413", "Request Entity Too Large"),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: message("http.status_415", "Unsupported Media Type"),
    HTTPStatus.PRECONDITION_REQUIRED: message("http.status_428", "Precondition Required"),
    HTTPStatus.UNPROCESSABLE_ENTITY: message("http.status_422", "Unprocessable Entity"),
    HTTPStatus.TOO_MANY_REQUESTS: message("http.status_429", "Too Many Requests"),
    HTTPStatus.SERVICE_UNAVAILABLE: message("http.status_503", "Service Unavailable"),
}
"""The titles of error responses raised by the framework, keyed by status code."""
OTHER_STATUS = message("http.status_other", "Error {status}", status=PLAIN_NUMBER)
