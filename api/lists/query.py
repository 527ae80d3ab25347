"""The query string of a list: the search, the order, the filters and the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from fastapi import Request

from api.database.types import ID_LENGTH
from api.http.dependencies import principal_of, services_for
from api.lists.searches import find_search
from api.web.labels import Option
from coach.texts.facts import Displayed

SEARCH, SORT, PAGE, ROW, CHOOSE = "search", "sort", "page", "row", "choose"
_ALL = "all"
_DESCENDING = "-"
_SEARCH_ID = re.compile(rf"[0-9a-f]{{{ID_LENGTH}}}")
_MAX_PAGE = 100_000


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list: its name in the URL, its label, and its possible values."""

    name: str
    label: Displayed
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """The orders and filters of a list. The first of `sorts` is the default order.

    `fixed` contains the names of the parameters that identify the list; all its URLs include them.
    """

    sorts: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    page_size: int = 50
    fixed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ListQuery:
    """The requested part of a list.

    Attributes:
        definition: the orders and filters of the list.
        sort: the order, one of `definition.sorts`.
        descending: whether the order is reversed.
        chosen: the values of the filters that are set.
        fixed: the parameters that identify the list.
        page: the page, from 1.
        search_id: the id of the search, or an empty string.
        text: the text searched for.
        expired: whether the URL refers to a search that cannot be found.
        all_chosen: whether the checkboxes of all rows on the page are checked.
        row: the id of a row whose page is requested instead of `page`, or an empty string.
    """

    definition: ListDefinition
    sort: str
    descending: bool = False
    chosen: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    page: int = 1
    search_id: str = ""
    text: str = ""
    expired: bool = False
    row: str = ""
    all_chosen: bool = False

    def query_string(self) -> str:
        """Return the query string of this part, without default values."""
        fields = {**self.fixed, **self.chosen}
        if self.search_id and not self.expired:
            fields[SEARCH] = self.search_id
        if self.descending or self.sort != self.definition.sorts[0]:
            fields[SORT] = f"{_DESCENDING if self.descending else ''}{self.sort}"
        if self.page > 1:
            fields[PAGE] = str(self.page)
        if self.all_chosen:
            fields[CHOOSE] = _ALL
        return urlencode(fields)

    def with_fixed(self, fields: Mapping[str, str]) -> ListQuery:
        """Return the same part of the list, with further parameters in its URLs."""
        return replace(self, fixed={**self.fixed, **fields})

    def sorted_by(self, sort: str) -> ListQuery:
        """Return the first page in the order `sort`, or reversed if that is the current order."""
        descending = sort == self.sort and not self.descending
        return replace(self, sort=sort, descending=descending, page=1)


def read_query(request: Request, definition: ListDefinition) -> ListQuery:
    """Parse the query string of a list. Unknown values are ignored."""
    asked = request.query_params
    sort = asked.get(SORT, "")
    known = sort.removeprefix(_DESCENDING) in definition.sorts
    search_id = asked.get(SEARCH, "")
    text = _searched_text(request, search_id) if search_id else ""
    return ListQuery(
        definition=definition,
        sort=sort.removeprefix(_DESCENDING) if known else definition.sorts[0],
        descending=known and sort.startswith(_DESCENDING),
        chosen=_chosen(asked, definition),
        fixed={name: asked[name] for name in definition.fixed if name in asked},
        page=_page(asked.get(PAGE, "")),
        search_id=search_id,
        text=text or "",
        expired=text is None,
        row=asked.get(ROW, ""),
        all_chosen=asked.get(CHOOSE) == _ALL,
    )


def _searched_text(request: Request, search_id: str) -> str | None:
    if not _SEARCH_ID.fullmatch(search_id):
        return None
    return find_search(services_for(request), principal_of(request), search_id)


def _chosen(asked: Mapping[str, str], definition: ListDefinition) -> dict[str, str]:
    return {
        one.name: asked[one.name]
        for one in definition.filters
        if asked.get(one.name) in {option.value for option in one.options}
    }


def _page(text: str) -> int:
    known = text.isascii() and text.isdigit() and len(text) <= len(str(_MAX_PAGE))
    return min(max(int(text), 1), _MAX_PAGE) if known else 1
