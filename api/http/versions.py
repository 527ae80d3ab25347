"""Versions in headers: `ETag` in responses to reads, `If-Match` in writes (RFC 9110)."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, Header, Response

from api.http import facts
from api.http.rejected_request import RejectedRequestError

_MAX_DIGITS = 9
_ENTITY_TAG = re.compile(rf'"(\d{{1,{_MAX_DIGITS}}})"')
_NEVER = -1


def set_version(response: Response, version: int) -> None:
    """Set a response's `ETag` header to a version."""
    response.headers["ETag"] = f'"{version}"'


def _given_version(
    if_match: Annotated[
        str | None,
        Header(
            alias="If-Match",
            max_length=200,
            description="The `ETag` of the version that the change is based on. If somebody else "
            "has changed it since, nothing is changed, and the response is 412. `*` stands for any "
            "version.",
        ),
    ] = None,
) -> str | None:
    return None if if_match is None else if_match.strip()


def _seen_version(given: Annotated[str | None, Depends(_given_version)]) -> int | None:
    """Return the version in `If-Match`, or `None` if the header is missing or allows any version.

    Anything that is not an `ETag` of this application matches no version.
    """
    if given is None or given == "*":
        return None
    found = _ENTITY_TAG.fullmatch(given)
    return _NEVER if found is None else int(found[1])


def _required_version(
    given: Annotated[str | None, Depends(_given_version)],
    seen: Annotated[int | None, Depends(_seen_version)],
) -> int | None:
    """Return the version in `If-Match`, without which the request is refused (RFC 6585)."""
    if given is None:
        raise RejectedRequestError(HTTPStatus.PRECONDITION_REQUIRED, facts.VERSION_MISSING())
    return seen


def version_in_form(text: str) -> int:
    """Return the version in a form field or, for other text, a version that never matches."""
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else _NEVER


SeenVersion = Annotated[int | None, Depends(_seen_version)]
"""The version of an object that a JSON request is based on."""

RequiredVersion = Annotated[int | None, Depends(_required_version)]
"""The version of an object that a JSON request replaces; required, but `*` allows any version."""
