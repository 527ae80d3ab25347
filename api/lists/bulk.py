"""Acts on several rows of a list at once: the form, and the outcome for each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import Request, Response
from pydantic import BaseModel, Field

from api.http.urls import safe_redirect_path
from api.values import Identifier
from api.web.labels import Badge
from api.web.rendering import render_page
from coach.texts.facts import Displayed

MAX_CHOSEN = 200


class BulkForm(BaseModel):
    """The ids of the selected rows, and the address of the list."""

    chosen: Annotated[list[Identifier], Field(max_length=MAX_CHOSEN)] = []
    list_address: str = "/"

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids, without duplicates."""
        return tuple(dict.fromkeys(self.chosen))


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for one selected row."""

    about: Displayed
    result: Badge


def render_outcomes(
    request: Request,
    title: Displayed,
    cycle: tuple[str, str],
    form: BulkForm,
    outcomes: Sequence[Outcome],
) -> Response:
    """Return the page with the outcome for each row; `cycle` is the id and the name."""
    return render_page(
        request,
        "lists/outcomes.html",
        title=title,
        cycle_id=cycle[0],
        cycle_name=cycle[1],
        outcomes=outcomes,
        back=safe_redirect_path(form.list_address),
    )
