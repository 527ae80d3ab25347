"""The error page, which describes the problem, its location, and a solution."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from fastapi import FastAPI, Request, Response

from api.error_mapping import ERROR_TABLE
from api.http import facts as http_facts
from api.http.facts import SIGN_IN_FIRST
from api.http.principal import ANONYMOUS, Principal
from api.http.problem_details import ProblemDetails, register_exception_handlers
from api.http.urls import (
    ACCOUNT,
    AIDE,
    CONFIRM_CHANGE,
    JOIN,
    PERSON,
    SIGN_IN,
    confirm,
    link_secret_in_path,
    person,
)
from api.texts.reader_language import request_renderer
from api.web import facts
from api.web.rendering import redirect_after_post, render_page
from api.web.returned_forms import register_returned_forms, returned_address, returned_fields
from coach.errors import ConfirmChangeError, ConfirmFirstError, SecondFactorFirstError
from coach.texts.facts import Fact

_CONFIRM_FIRST = f"#{ERROR_TABLE[ConfirmFirstError].slug}"
_CONFIRM_CHANGE = f"#{ERROR_TABLE[ConfirmChangeError].slug}"
_SECOND_FACTOR_FIRST = f"#{ERROR_TABLE[SecondFactorFirstError].slug}"
_STEPS = frozenset({"send", "retry", "use", "undo", "address"})
"""The last path segments of forms whose page is one level up."""
_OBJECT_PAGES = ("/cycles/", "/plans/", "/sessions/", "/runs/", "/questions/", "/users/")
"""Prefixes that, followed by an object's id, form the address of the object's page."""
_ADVICE = {
    HTTPStatus.UNAUTHORIZED: facts.HOW_TO_SIGN_IN(),
    HTTPStatus.CONFLICT: facts.RELOAD(),
    HTTPStatus.UNPROCESSABLE_ENTITY: facts.CORRECT(),
}

_ABOUT_ANY_STATUS = "about:blank"
_TITLES = {
    HTTPStatus.BAD_REQUEST: http_facts.UNUSABLE_INPUT_TITLE(),
    HTTPStatus.NOT_FOUND: http_facts.NOT_FOUND_TITLE(),
    HTTPStatus.METHOD_NOT_ALLOWED: facts.WRONG_USE_TITLE(),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: facts.TOO_LARGE_TITLE(),
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: facts.UNKNOWN_KIND_TITLE(),
    HTTPStatus.UNPROCESSABLE_ENTITY: http_facts.UNUSABLE_INPUT_TITLE(),
    HTTPStatus.TOO_MANY_REQUESTS: http_facts.TOO_MANY_ATTEMPTS_TITLE(),
    HTTPStatus.SERVICE_UNAVAILABLE: facts.UNAVAILABLE_TITLE(),
}
"""Plain-language titles that replace HTTP reason phrases."""


def register_error_pages(app: FastAPI) -> None:
    """Respond to errors with problem documents in the API, and with pages everywhere else."""
    register_exception_handlers(app, problem_page)
    register_returned_forms(app)


def problem_page(request: Request, problem: ProblemDetails) -> Response:
    """Return the page that reports `problem`.

    If the user has to confirm their identity or to set up a second factor first, redirect to the
    page for that instead.
    """
    request.state.form_refused = True
    if problem.type.endswith(_CONFIRM_FIRST):
        return redirect_after_post(confirm(_return_url(request)))
    if problem.type.endswith(_CONFIRM_CHANGE):
        return redirect_after_post(CONFIRM_CHANGE)
    if problem.type.endswith(_SECOND_FACTOR_FIRST):
        return redirect_after_post(ACCOUNT)
    return render_page(
        request,
        "web/error.html",
        problem.status,
        problem=_in_plain_words(request, problem),
        what_to_do=_ADVICE.get(HTTPStatus(problem.status), ""),
        address=returned_address(request),
        returned=returned_fields(request),
        signed_out=problem.status == HTTPStatus.UNAUTHORIZED,
        sign_in=f"{SIGN_IN}?{urlencode({'go_on_to': _return_url(request)})}",
        only_sign_in=problem.detail == request_renderer(request).text(SIGN_IN_FIRST()),
        ways_on=_ways_on(request),
    )


def _in_plain_words(request: Request, problem: ProblemDetails) -> ProblemDetails:
    """Replace a title that is only the reason phrase of an HTTP status."""
    title = _TITLES.get(HTTPStatus(problem.status))
    if problem.type != _ABOUT_ANY_STATUS or title is None:
        return problem
    return problem.model_copy(update={"title": request_renderer(request).text(title)})


def _ways_on(request: Request) -> list[tuple[str, Fact]]:
    """Return the addresses and names of pages where the reader can continue."""
    principal: Principal = getattr(request.state, "principal", ANONYMOUS)
    path, is_form = request.url.path, request.method != "GET"
    if principal.person_id is not None:
        secret = link_secret_in_path(path)
        return [] if secret is None else [(person(secret), facts.TO_OWN_PAGE())]
    if principal.user_id is None:
        if path.startswith((PERSON, AIDE, JOIN)):
            return []
        return [(SIGN_IN, facts.TO_SIGN_IN())]
    ways = [("/", facts.TO_FIRST_PAGE())]
    _, _, *parts = path.split("/")
    page = "/".join(path.split("/")[:3])
    if path.startswith(_OBJECT_PAGES) and (is_form or len(parts) > 1):
        ways.insert(0, (page, facts.TO_PAGE()))
    return ways


def _return_url(request: Request) -> str:
    """Return the path to visit after confirmation; for a form, its page or else the first page."""
    path = request.url.path
    if request.method == "GET":
        return f"{path}?{request.url.query}" if request.url.query else path
    if path.startswith(ACCOUNT):
        return ACCOUNT
    page, _, step = path.rpartition("/")
    return page if step in _STEPS else "/"
