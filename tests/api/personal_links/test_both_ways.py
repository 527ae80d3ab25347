"""Links, codes and address changes have the same effects through the API and on pages."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.personal_links.rows import OneTimeCodeRow
from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings

API = "/api/v1"
NEW = "other@example.net"
ORIGIN = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class Person:
    """A coach on a server that sends email, who uses the API or the pages."""

    world: World
    client: httpx.Client
    cycle_id: str
    secret: str
    device: str

    def code(self) -> str:
        person_id = self.world.person_id(self.cycle_id, "K-1")
        newest = (
            select(OneTimeCodeRow.id)
            .where(OneTimeCodeRow.person_id == person_id)
            .order_by(OneTimeCodeRow.created_at.desc())
        )
        with self.world.database.reading() as tx:
            return self.world.services.keyring.one_time_code(tx.scalars(newest).first() or "")

    def by_json(self, path: str, body: dict[str, str]) -> httpx.Response:
        bearer = {"Authorization": f"Bearer {self.secret}", "X-Device-Key": self.device}
        return self.client.post(f"{API}/me/{path}", json=body, headers=bearer)

    def on_page(self, path: str, form: dict[str, str]) -> httpx.Response:
        verified = ORIGIN | {"X-Device-Key": self.device}
        return self.client.post(f"/p/{self.secret}/{path}", data=form, headers=verified)


@pytest.fixture
def two_coaches(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> Iterator[tuple[Person, Person]]:
    """Return a coach in each of two cycles with the same content; both have used their links."""
    with serve(world.services_with_mail().settings) as client:
        cycle_ids = world.cycle(), world.cycle()
        one, other = (
            Person(
                world,
                client,
                cycle_id,
                world.link(cycle_id, "K-1").secret,
                world.device_key(cycle_id, "K-1"),
            )
            for cycle_id in cycle_ids
        )
        for person in (one, other):
            assert client.get(f"/p/{person.secret}").is_success
        yield one, other


def test_address_change_is_identical_by_json_and_page(
    world: World, two_coaches: tuple[Person, Person]
) -> None:
    one, other = two_coaches
    new = {"address": NEW}
    requested = changed_rows(world, lambda: one.by_json("address", new))
    assert requested == changed_rows(world, lambda: other.on_page("address", new))
    assert {row[0] for row in requested} == {"one_time_codes", "mails", "audit"}

    wrong = {"code": "0000 0000"}
    answers: list[httpx.Response] = []
    counted = changed_rows(world, lambda: answers.append(one.by_json("address/confirm", wrong)))
    assert counted == changed_rows(
        world, lambda: answers.append(other.on_page("address/confirm", wrong))
    )
    assert {row[0] for row in counted} == {"one_time_codes", "audit"}
    assert answers[0].status_code == HTTPStatus.FORBIDDEN
    assert answers[0].json()["detail"][1:] in unescape(answers[1].text)

    confirmed = changed_rows(world, lambda: one.by_json("address/confirm", {"code": one.code()}))
    human = Counter(row for row in confirmed if row[0] == "humans")  # the human behind both coaches
    assert human.total() == 1
    assert confirmed - human == changed_rows(
        world, lambda: other.on_page("address/confirm", {"code": other.code()})
    )
    assert {row[0] for row in confirmed - human} == {"people", "one_time_codes", "mails", "audit"}


@pytest.mark.parametrize("address", ["nobody", ""])
def test_invalid_address_is_rejected_by_json_and_page(
    world: World, two_coaches: tuple[Person, Person], address: str
) -> None:
    one, other = two_coaches
    answers: list[httpx.Response] = []

    def request_both() -> None:
        answers.append(one.by_json("address", {"address": address}))
        answers.append(other.on_page("address", {"address": address}))

    assert not changed_rows(world, request_both)
    assert [each.status_code for each in answers] == [HTTPStatus.UNPROCESSABLE_ENTITY] * 2


def test_note_codes_are_sent_and_limited_identically_by_json_and_page(
    world: World, two_coaches: tuple[Person, Person]
) -> None:
    one, other = two_coaches
    for _ in range(3):
        sent = changed_rows(world, lambda: one.by_json("notes/code", {}))
        assert sent == changed_rows(world, lambda: other.on_page("notes/code", {}))
        assert {row[0] for row in sent} == {"one_time_codes", "mails", "audit"}
    refused, page = one.by_json("notes/code", {}), other.on_page("notes/code", {})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_link_creation_is_identical_by_json_and_page(world: World, office: httpx.Client) -> None:
    office.get(f"{API}/me")  # records the first use of the token
    one, other = (world.person_id(world.cycle(), "K-1") for _ in range(2))

    def make_by_json() -> None:
        assert "/p/" in office.post(f"{API}/people/{one}/link").json()["address"]

    def make_on_page() -> None:
        assert "/p/" in office.post(f"/people/{other}/link").text

    for _ in range(2):  # the second link replaces the first
        by_json = changed_rows(world, make_by_json)
        assert by_json == changed_rows(world, make_on_page)
        assert "credentials" in {row[0] for row in by_json}
