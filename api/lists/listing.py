"""One page of a list as displayed, with links to other orders, pages and filters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from api.lists.query import SEARCH, SORT, Filter, ListQuery
from api.lists.selection import Selected

ANCHOR = "list"
_PAGES_AROUND = 2


@dataclass(frozen=True, slots=True)
class Heading:
    """The URL that sorts the list by a column. `direction` is a value of `aria-sort`, or empty."""

    address: str
    direction: str


@dataclass(frozen=True, slots=True)
class PageLink:
    """A link to a page of a list. `gap` is true if the preceding page has no link."""

    page: int
    address: str
    current: bool
    gap: bool


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list, for `lists/list.html`.

    Attributes:
        path: the address of the page, without the query.
        back: the address of this part, to which its forms return.
        first: the number of the first row shown, from 1; 0 if there is none.
        last: the number of the last row shown.
        found: the number of rows found.
        total: the total number of rows.
        text: the text searched for.
        expired: whether the search has expired.
        filtered: whether there is a search or a filter.
        filters: the filters with their selected values, or empty strings.
        kept: the fields of the address that remain when a filter changes.
        headings: the headings by which the list can be sorted, keyed by name.
        pages: links to pages; empty if there is only one page.
        previous: the address of the previous page, or an empty string.
        next: the address of the next page, or an empty string.
        everything: the address without search or filters.
        unsearched: the address without the search.
        all_chosen: whether the checkboxes of all rows on this page are checked.
        choose: the address with all checkboxes checked, or with none if all are checked now.
    """

    path: str
    back: str
    first: int
    last: int
    found: int
    total: int
    text: str
    expired: bool
    filtered: bool
    filters: tuple[tuple[Filter, str], ...]
    kept: Mapping[str, str]
    headings: Mapping[str, Heading]
    pages: tuple[PageLink, ...]
    previous: str
    next: str
    everything: str
    unsearched: str
    all_chosen: bool
    choose: str


def present_list(path: str, query: ListQuery, selected: Selected[Any]) -> Listing:
    """Return the requested part of a list, ready for display."""
    here = replace(query, page=selected.page)
    query = replace(here, all_chosen=False)
    first = (selected.page - 1) * query.definition.page_size + 1 if selected.rows else 0
    searched = bool(query.text)
    page, pages = selected.page, selected.pages
    return Listing(
        path=path,
        back=_address(path, query),
        first=first,
        last=first + len(selected.rows) - 1 if selected.rows else 0,
        found=selected.found,
        total=selected.total,
        text=query.text,
        expired=query.expired,
        filtered=searched or bool(query.chosen),
        filters=tuple((one, query.chosen.get(one.name, "")) for one in query.definition.filters),
        kept=_kept(query),
        headings={sort: _heading(path, query, sort) for sort in query.definition.sorts},
        pages=_pages(path, query, pages) if pages > 1 else (),
        previous=_address(path, replace(query, page=page - 1)) if page > 1 else "",
        next=_address(path, replace(query, page=page + 1)) if page < pages else "",
        everything=_address(
            path, ListQuery(query.definition, query.definition.sorts[0], fixed=query.fixed)
        ),
        unsearched=_address(path, replace(query, page=1, search_id="")),
        all_chosen=here.all_chosen,
        choose=_address(path, replace(here, all_chosen=not here.all_chosen)),
    )


def _address(path: str, query: ListQuery) -> str:
    fields = query.query_string()
    return f"{path}{'?' if fields else ''}{fields}#{ANCHOR}"


def _heading(path: str, query: ListQuery, sort: str) -> Heading:
    direction = ""
    if sort == query.sort:
        direction = "descending" if query.descending else "ascending"
    return Heading(_address(path, query.sorted_by(sort)), direction)


def _kept(query: ListQuery) -> dict[str, str]:
    """Return the fields that remain when a filter changes: all except the filters and the page."""
    kept = dict(query.fixed)
    if query.search_id and not query.expired:
        kept[SEARCH] = query.search_id
    if query.descending or query.sort != query.definition.sorts[0]:
        kept[SORT] = f"{'-' if query.descending else ''}{query.sort}"
    return kept


def _pages(path: str, query: ListQuery, pages: int) -> tuple[PageLink, ...]:
    """Return links to the first and last pages, and to the pages around the current one."""
    around = range(query.page - _PAGES_AROUND, query.page + _PAGES_AROUND + 1)
    numbers = sorted({1, pages, *(one for one in around if 1 <= one <= pages)})
    return tuple(
        PageLink(
            number,
            _address(path, replace(query, page=number)),
            current=number == query.page,
            gap=number > before + 1,
        )
        for before, number in zip([0, *numbers], numbers, strict=False)
    )
