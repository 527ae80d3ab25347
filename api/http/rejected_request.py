"""The error for requests rejected with a status code rather than a domain error."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from starlette.exceptions import HTTPException

from coach.texts.facts import Displayed
from coach.texts.renderer import english


class RejectedRequestError(HTTPException):
    """An HTTP error whose message, the fact `shown`, is shown to the user."""

    def __init__(
        self, status: HTTPStatus, shown: Displayed, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(status, english(shown), headers)
        self.shown = shown
