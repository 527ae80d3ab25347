"""Paging through lists in the API."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2", "C-3": "K-1"}


@pytest.fixture
def lists(world: World) -> dict[str, str]:
    """Return the addresses of lists with several items each."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    world.cycle()
    return {
        "people": f"{API}/cycles/{cycle_id}/people",
        "schedule": f"{API}/cycles/{cycle_id}/schedule",
        "cycles": f"{API}/cycles",
    }


@pytest.mark.parametrize("name", ["people", "schedule", "cycles"])
def test_pages_put_together_are_the_whole_list(
    lists: dict[str, str], office: httpx.Client, name: str
) -> None:
    whole = office.get(lists[name])
    assert whole.headers["x-total-count"] == str(len(whole.json()))
    assert "link" not in whole.headers
    items, address = [], f"{lists[name]}?limit=2"
    while address:
        page = office.get(address)
        assert page.headers["x-total-count"] == str(len(whole.json()))
        assert 1 <= len(page.json()) <= 2
        items += page.json()
        following = re.fullmatch(r'<([^>]+)>; rel="next"', page.headers.get("link", ""))
        address = following[1] if following else ""
    assert items == whole.json()
    assert office.get(f"{lists[name]}?offset=1").json() == whole.json()[1:]
    assert office.get(f"{lists[name]}?limit=1&offset=9999").json() == []


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "offset=-1"])
def test_impossible_pages_are_refused(
    lists: dict[str, str], office: httpx.Client, query: str
) -> None:
    answer = office.get(f"{lists['people']}?{query}")
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
