"""Versions in headers: `ETag` of what is read, and `If-Match` of what is written (RFC 9110)."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import Depends, Header, Response

_MAX_DIGITS = 9
_ENTITY_TAG = re.compile(rf'"(\d{{1,{_MAX_DIGITS}}})"')
_NEVER = -1


def set_version(response: Response, version: int) -> None:
    """Set the header `ETag` of a response to a version."""
    response.headers["ETag"] = f'"{version}"'


async def _seen_version(
    if_match: Annotated[
        str | None,
        Header(
            max_length=200,
            description="The `ETag` of the version that the change is based on. If somebody else "
            "has changed it since, nothing is changed, and the response is 412. Without this "
            "header, the change is made in any case.",
        ),
    ] = None,
) -> int | None:
    """Return the version in `If-Match`; `None` without it, or if any version will do.

    Anything that is not an `ETag` of this application matches no version.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ENTITY_TAG.fullmatch(if_match.strip())
    return _NEVER if found is None else int(found[1])


def version_in_form(text: str) -> int:
    """Return the version in a field of a form; one that matches none if it is another text."""
    return int(text) if text.isdecimal() and len(text) <= _MAX_DIGITS else _NEVER


SeenVersion = Annotated[int | None, Depends(_seen_version)]
"""The version of an object that a JSON request is based on."""
