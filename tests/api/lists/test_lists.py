"""Long lists: searching without names in URLs, sorting, filtering and paging."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.accounts.rows import UserRow
from api.http.principal import AccessRole, Principal
from api.lists.listing import present_list
from api.lists.query import Filter, ListDefinition, ListQuery
from api.lists.rows import SearchRow
from api.lists.searches import SEARCH_LIFETIME, SearchInput, find_search, store_search
from api.lists.selection import RowAccess, select_rows
from api.web.labels import Option
from coach.folding import folded

if TYPE_CHECKING:
    import httpx
    from conftest import World

NAMES = ["Ђорђе Петровић", "Ana Novak", "Ève Dupont", "Zora Babić", "ana babic"]
LIST = ListDefinition(
    sorts=("name", "length"),
    filters=(Filter("first", "", (Option("a", ""), Option("z", ""))),),
    page_size=2,
)
ACCESS: RowAccess[str] = RowAccess(
    texts=lambda row: (row,),
    keys={"name": folded, "length": len},
    conditions={"first": lambda row, letter: folded(row).startswith(letter)},
)


@pytest.mark.parametrize(
    ("query", "rows", "found"),
    [
        (ListQuery(LIST, "name"), ["ana babic", "Ana Novak"], 5),
        (ListQuery(LIST, "name", page=3), ["Zora Babić"], 5),
        (ListQuery(LIST, "name", page=99), ["Zora Babić"], 5),
        (ListQuery(LIST, "name", descending=True), ["Zora Babić", "Ève Dupont"], 5),
        (ListQuery(LIST, "length"), ["Ana Novak", "ana babic"], 5),
        (ListQuery(LIST, "name", chosen={"first": "a"}), ["ana babic", "Ana Novak"], 2),
        (ListQuery(LIST, "name", text="babic ANA"), ["ana babic"], 1),
        (ListQuery(LIST, "name", text="djordje"), ["Ђорђе Петровић"], 1),
        (ListQuery(LIST, "name", text="nobody"), [], 0),
    ],
)
def test_list_is_searched_filtered_sorted_and_paged(
    query: ListQuery, rows: list[str], found: int
) -> None:
    selected = select_rows(NAMES, query, ACCESS)
    assert list(selected.rows) == rows
    assert (selected.found, selected.total) == (found, 5)


def test_address_of_a_row_leads_to_its_page() -> None:
    for row in NAMES:
        assert row in select_rows(NAMES, ListQuery(LIST, "name", row=row), ACCESS).rows
    unknown = ListQuery(LIST, "name", row="unknown", page=2)
    assert select_rows(NAMES, unknown, ACCESS).page == 1


def test_every_row_is_on_exactly_one_page_in_either_direction() -> None:
    for descending in (False, True):
        queries = [ListQuery(LIST, "name", descending=descending, page=n) for n in (1, 2, 3)]
        pages = [select_rows(NAMES, query, ACCESS).rows for query in queries]
        assert sorted(row for page in pages for row in page) == sorted(NAMES)


def test_addresses_keep_the_search_and_filters_and_reverse_the_order() -> None:
    query = ListQuery(LIST, "name", chosen={"first": "a"}, search_id="0" * 20, text="a", page=2)
    shown = present_list("/people", query, select_rows(NAMES * 3, query, ACCESS))
    kept = "first=a&search=00000000000000000000"
    assert shown.headings["name"].direction == "ascending"
    assert shown.headings["name"].address == f"/people?{kept}&sort=-name#list"
    assert shown.headings["length"].address == f"/people?{kept}&sort=length#list"
    assert shown.previous == f"/people?{kept}#list"
    assert shown.next == f"/people?{kept}&page=3#list"
    assert (shown.first, shown.last, shown.found, shown.total) == (3, 4, 6, 15)
    assert [link.page for link in shown.pages if link.current] == [2]
    assert shown.everything == "/people#list"


def test_search_expires_and_belongs_to_its_user(world: World) -> None:
    world.manager_token()
    with world.database.reading() as tx:
        user = tx.scalars(select(UserRow.id)).one()
    mine = Principal(AccessRole.MANAGER, user_id=user)
    found = store_search(world.services, mine, SearchInput(text="Ana"))
    assert find_search(world.services, mine, found) == "Ana"
    other = Principal(AccessRole.MANAGER, user_id="0" * 20)
    assert find_search(world.services, other, found) is None
    assert find_search(world.services, Principal(AccessRole.ANONYMOUS), found) is None
    assert find_search(world.services, mine, "0" * 20) is None


def people(office: httpx.Client, address: str) -> list[str]:
    """Return the codes of the people on one page of the list, in order."""
    page = office.get(address)
    assert page.status_code == HTTPStatus.OK
    return re.findall(r'data-label="ID">([^<]+)<', page.text)


def searched(office: httpx.Client, text: str, address: str) -> str:
    """Search a list, and return the URL to which the response redirects."""
    form = {"text": text, "list_address": address}
    answer = office.post("/searches", data=form)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    return answer.headers["location"]


def test_people_are_found_by_name_and_id_and_the_filter_is_kept(
    world: World, office: httpx.Client
) -> None:
    address = f"/cycles/{world.cycle(60, 5)}/people"
    assert len(people(office, address)) == 50
    assert len(people(office, f"{address}?page=2")) == 15
    assert people(office, f"{address}?side=coach&sort=-id") == ["K-5", "K-4", "K-3", "K-2", "K-1"]
    found = searched(office, "coach 3", f"{address}?side=coach&page=1#list")
    assert re.fullmatch(rf"{address}\?side=coach&search=[0-9a-f]{{20}}#list", found)
    assert people(office, found) == ["K-3"]
    assert people(office, searched(office, "C-17", address)) == ["C-17"]
    assert searched(office, " ", found) == f"{address}?side=coach#list"


def test_unknown_values_in_an_address_are_ignored(world: World, office: httpx.Client) -> None:
    address = f"/cycles/{world.cycle()}/people"
    asked = f"{address}?side=x&sort=x&page=x&search=x&consent=%00"
    assert len(people(office, asked)) == 5
    for unknown in ("x", "%00", "0" * 20, "é"):
        assert "This search has expired" in office.get(f"{address}?search={unknown}").text
    assert len(people(office, f"{address}?page=99999999999999999999")) == 5


@pytest.mark.parametrize("outside", ["https://example.org/", "//example.org", "javascript:1"])
def test_search_does_not_redirect_to_other_sites(office: httpx.Client, outside: str) -> None:
    assert searched(office, "Ana", outside).startswith("/?search=")


def test_name_that_is_searched_for_is_in_no_address(world: World, office: httpx.Client) -> None:
    address = f"/cycles/{world.cycle()}/people"
    found = searched(office, "Oberstleutnant Mustermann", f"{address}?side=coach")
    page = office.get(found).text
    assert "Mustermann" not in found
    assert "Oberstleutnant Mustermann" in page  # in the search field, to be changed
    assert not re.search(r'(?:href|action)="[^"]*Mustermann', page)


def test_expired_searches_are_deleted(world: World, office: httpx.Client) -> None:
    searched(office, "Ana", "/directory")
    with world.database.writing() as tx:
        for row in tx.scalars(select(SearchRow)):
            row.expires_at -= SEARCH_LIFETIME + timedelta(seconds=1)
    searched(office, "Zora", "/directory")
    with world.database.reading() as tx:
        assert tx.scalars(select(SearchRow.text)).all() == ["Zora"]
