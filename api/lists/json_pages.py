"""Pages of lists in the API: `limit` and `offset`, with the total in a header."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

from fastapi import Depends, Query, Request, Response

from api.values import FrozenModel

TOTAL_HEADER = "X-Total-Count"
Item = TypeVar("Item")


class JsonPage(FrozenModel):
    """The requested part of a list; without `limit`, it extends to the end of the list."""

    limit: int | None = None
    offset: int = 0

    def of(self, items: Sequence[Item]) -> Sequence[Item]:
        """Return the items in this part of a list."""
        end = None if self.limit is None else self.offset + self.limit
        return items[self.offset : end]


async def _json_page(
    limit: Annotated[
        int | None,
        Query(
            ge=1,
            le=1000,
            description="The maximum number of items to return; by default, all. The header "
            f"`{TOTAL_HEADER}` is their total number; `Link` refers to the next page (RFC 8288).",
        ),
    ] = None,
    offset: Annotated[
        int, Query(ge=0, le=10_000_000, description="The number of items to skip.")
    ] = 0,
) -> JsonPage:
    return JsonPage(limit=limit, offset=offset)


JsonPageDep = Annotated[JsonPage, Depends(_json_page)]


def set_total(request: Request, response: Response, page: JsonPage, total: int) -> None:
    """Set the headers with the length of the whole list and the URL of its next page."""
    response.headers[TOTAL_HEADER] = str(total)
    if page.limit is not None and (end := page.offset + page.limit) < total:
        address = f"{request.url.path}?limit={page.limit}&offset={end}"
        response.headers["Link"] = f'<{address}>; rel="next"'
