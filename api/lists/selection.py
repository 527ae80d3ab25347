"""Selects the requested part of a list from rows that contain only the necessary columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

from api.lists.query import ListQuery
from coach.folding import folded

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowAccess(Generic[Row]):
    """The functions used to search, sort and filter the rows of a list.

    Attributes:
        texts: returns the searchable texts of a row.
        keys: the sort key of each order. Ties keep the rows' original order.
        conditions: for each filter, returns whether a row matches a value of the filter.
        identify: returns the id by which a URL refers to a row.
    """

    texts: Callable[[Row], Iterable[str]]
    keys: Mapping[str, Callable[[Row], Any]]
    conditions: Mapping[str, Callable[[Row, str], bool]]
    identify: Callable[[Row], str] = str


@dataclass(frozen=True, slots=True)
class Selected(Generic[Row]):
    """A page of the matching rows, the number of matching rows, and the number of all rows."""

    rows: tuple[Row, ...]
    found: int
    total: int
    page: int
    pages: int


def select_rows(rows: Sequence[Row], query: ListQuery, access: RowAccess[Row]) -> Selected[Row]:
    """Return the part of a list requested by a query; a page beyond the last becomes the last."""
    found = list(rows)
    for name, value in query.chosen.items():
        has = access.conditions[name]
        found = [row for row in found if has(row, value)]
    if words := folded(query.text).split():
        found = [row for row in found if contains_words(access.texts(row), words)]
    found.sort(key=access.keys[query.sort], reverse=query.descending)
    if query.row:
        ids = list(map(access.identify, found))
        place = ids.index(query.row) if query.row in ids else 0
        query = replace(query, page=place // query.definition.page_size + 1)
    return page_of(found, query, total=len(rows))


def page_of(found: Sequence[Row], query: ListQuery, *, total: int) -> Selected[Row]:
    """Return the requested page of the matching rows, which are already sorted."""
    size = query.definition.page_size
    pages = max(1, -(-len(found) // size))
    page = min(query.page, pages)
    shown = found[(page - 1) * size : page * size]
    return Selected(tuple(shown), len(found), total, page, pages)


def contains_words(texts: Iterable[str], words: Sequence[str]) -> bool:
    """Return whether all words, which must be folded, occur in the texts."""
    text = "\n".join(map(folded, texts))
    return all(word in text for word in words)
