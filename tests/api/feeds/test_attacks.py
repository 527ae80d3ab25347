"""Attacks on the addresses of calendar feeds."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.accounts.credentials import SECRET_BYTES, new_secret
from tests.api.feeds.test_feeds import created

if TYPE_CHECKING:
    import httpx
    from conftest import World


@pytest.fixture
def feeds_of_two(world: World, client: httpx.Client) -> tuple[str, str, str]:
    """Return the paths of two coachees' feeds, and of the page where the first one was created."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    pages = [f"/p/{world.link(cycle_id, code).secret}/calendar" for code in ("C-1", "C-2")]
    first, second = (created(client, page) for page in pages)
    return first, second, pages[0]


def test_feeds_are_not_found_by_guessing(
    client: httpx.Client, feeds_of_two: tuple[str, str, str]
) -> None:
    path, other, _ = feeds_of_two
    secret = path.removeprefix("/feeds/").removesuffix(".ics")
    assert SECRET_BYTES * 8 >= 128
    guesses = [
        *(secret[:-1], f"{secret}A", secret.swapcase(), secret[::-1], new_secret(), "*", "%25"),
        *(f"{secret}.ics", f"../feeds/{other}", "' OR 1=1 --", "", "0" * 1000),
    ]
    answers = [client.get(f"/feeds/{guess}.ics") for guess in guesses]
    assert {answer.status_code for answer in answers} == {HTTPStatus.NOT_FOUND}
    for answer in answers:
        assert secret not in answer.text
    assert client.get(path).status_code == HTTPStatus.OK
    for method in ("POST", "PUT", "DELETE"):
        refused = client.request(method, path).status_code
        assert refused in {HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.FORBIDDEN}


def test_the_tag_of_a_feed_opens_neither_an_ended_one_nor_another(
    client: httpx.Client, feeds_of_two: tuple[str, str, str]
) -> None:
    path, other, page = feeds_of_two
    etag = client.get(path).headers["etag"]
    assert client.get(other, headers={"if-none-match": etag}).status_code == HTTPStatus.OK
    client.post(f"{page}/end")
    for known in ({"if-none-match": etag}, {"if-none-match": "*"}, {}):
        ended = client.get(path, headers=known)
        assert ended.status_code == HTTPStatus.NOT_FOUND
        assert path.removeprefix("/feeds/").removesuffix(".ics") not in ended.text
        assert "etag" not in ended.headers


def test_no_cache_may_keep_a_feed_or_its_absence(
    client: httpx.Client, feeds_of_two: tuple[str, str, str]
) -> None:
    path, *_ = feeds_of_two
    found = client.get(path)
    same = client.get(path, headers={"if-none-match": found.headers["etag"]})
    for answer in (found, same):
        assert answer.headers["cache-control"] == "private, no-cache"
        assert "set-cookie" not in answer.headers
        assert answer.headers["referrer-policy"] in {"no-referrer", "same-origin"}
    missing = client.get(f"/feeds/{new_secret()}.ics")
    assert "no-store" in missing.headers["cache-control"]
