"""Compression is limited to responses without secrets beside text that others control."""

from __future__ import annotations

import gzip
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from api.app import PERMISSIONS

if TYPE_CHECKING:
    from conftest import World

COMPRESSIBLE = sorted(path for (_, path), one in PERMISSIONS.items() if one.compressible)
SECRET_PAGES = re.compile(r"/p/|/join|/sign-in|/account|/aide|/feeds|/link|/webhooks|/confirm|/pin")


def test_routes_that_show_secrets_or_accept_text_are_not_compressible() -> None:
    assert COMPRESSIBLE
    assert [path for path in COMPRESSIBLE if SECRET_PAGES.search(path)] == []
    assert {method for (method, _), one in PERMISSIONS.items() if one.compressible} == {"GET"}


@pytest.mark.slow
def test_compressible_pages_contain_no_secret(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-2"}))  # compared with the one before
    secret = world.link(cycle_id, "C-1").secret
    values = {
        "cycle_id": cycle_id,
        "plan_id": plan_id,
        "person_id": world.person_id(cycle_id, "C-1"),
        "name": "style.css",
        "tag": "runs",
    }
    for path in COMPRESSIBLE:
        answer = office.get(path.format(**values))
        assert answer.status_code == HTTPStatus.OK, path
        assert secret not in answer.text
        assert "data-draft-key=" not in answer.text, path
        assert not re.search(r"/(?:p|aide|feeds|join)/[\w-]{20,}", answer.text), path
        asked = office.get(path.format(**values), params={"search": "injected", "sort": "injected"})
        assert "injected" not in asked.text, path


def test_page_of_people_is_compressed_if_the_client_accepts_it(
    world: World, office: httpx.Client
) -> None:
    address = f"/cycles/{world.cycle()}/people"
    plain = office.get(address, headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers
    assert "accept-encoding" in plain.headers["vary"].lower()
    office.event_hooks = {}  # checks of pages would read the response
    with office.stream("GET", address, headers={"Accept-Encoding": "br, gzip;q=0.8"}) as answer:
        raw = b"".join(answer.iter_raw())
    assert answer.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in answer.headers["vary"].lower()
    assert int(answer.headers["content-length"]) == len(raw)
    assert gzip.decompress(raw) == plain.content


@pytest.mark.parametrize("accepted", ["", "identity", "gzip;q=0", "br", "*;q=0, gzip; q=0"])
def test_nothing_is_compressed_for_a_client_that_does_not_accept_it(
    client: httpx.Client, accepted: str
) -> None:
    answer = client.get("/static/style.css", headers={"Accept-Encoding": accepted})
    assert "content-encoding" not in answer.headers


def test_pages_that_are_not_declared_are_never_compressed(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    link = world.link(cycle_id, "C-1").secret
    accepted = {"Accept-Encoding": "gzip"}
    with httpx.Client(base_url=office.base_url, headers=accepted) as stranger:
        answers = [
            office.get("/audit?actor_id=x", headers=accepted),
            office.get(f"/api/v1/cycles/{cycle_id}/people", headers=accepted),
            stranger.get(f"/p/{link}"),
            stranger.get("/sign-in"),
        ]
    for answer in answers:
        assert answer.status_code == HTTPStatus.OK, answer.url
        assert "content-encoding" not in answer.headers, answer.url


def test_static_files_are_compressed_and_revalidated(client: httpx.Client) -> None:
    first = client.get("/static/style.css", headers={"Accept-Encoding": "gzip"})
    assert first.headers["content-encoding"] == "gzip"
    etag = first.headers["etag"]
    assert etag.startswith('W/"')
    again = client.get("/static/style.css", headers={"If-None-Match": etag})
    assert again.status_code == HTTPStatus.NOT_MODIFIED
