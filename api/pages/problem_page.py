"""A refusal or a fault as a page: what, where, and what to do."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request, Response

from api.http.problems import Problem
from api.pages.frame import page

_WHAT_TO_DO = {
    HTTPStatus.UNAUTHORIZED: (
        "The programme office signs in at /sign-in, or with the one-time address that the server "
        "prints when it starts; `gender-coach user sign-in` makes another. If you have sessions "
        "yourself, open the secret link in your invitation: it needs no sign-in."
    ),
    HTTPStatus.CONFLICT: "Go back, load the page again, and see how things stand now.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "Go back, mend what is named here, and send it again.",
}


def problem_page(request: Request, problem: Problem) -> Response:
    """The page that answers `request` with `problem`."""
    return page(
        request,
        "problem.html",
        problem.status,
        problem=problem,
        what_to_do=_WHAT_TO_DO.get(HTTPStatus(problem.status), ""),
    )
