"""Answering consent texts has the same effects through the API and on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    from conftest import World

API = "/api/v1"


@pytest.fixture
def links(world: World, client: httpx.Client) -> tuple[str, str]:
    """Return the secret links of two coaches in a cycle; each link has been used once."""
    client.headers["Origin"] = str(client.base_url).rstrip("/")
    cycle_id = world.cycle()
    secrets = world.link(cycle_id, "K-1").secret, world.link(cycle_id, "K-2").secret
    for secret in secrets:
        assert client.get(f"/p/{secret}/consent").is_success
    return secrets


def _bearer(link: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {link}"}


def _texts(client: httpx.Client, link: str) -> tuple[str, str]:
    """Return the digests of the terms and of the publicity text."""
    status = client.get(f"{API}/me/consent", headers=_bearer(link)).json()
    return status["terms"]["sha256"], status["publicity"]["sha256"]


def test_accepting_terms_is_identical_by_json_and_page(
    world: World, client: httpx.Client, links: tuple[str, str]
) -> None:
    one, other = links
    terms, _ = _texts(client, one)

    def by_json() -> None:
        body = {"sha256": terms}
        assert client.put(f"{API}/me/consent", json=body, headers=_bearer(one)).is_success

    def by_page() -> None:
        assert client.post(f"/p/{other}/consent", data={"sha256": terms}).is_redirect

    assert changed_rows(world, by_json) == changed_rows(world, by_page)
    statuses = [client.get(f"{API}/me/consent", headers=_bearer(link)).json() for link in links]
    assert all(status["accepted_at"] for status in statuses)


@pytest.mark.parametrize("given", [True, False])
def test_publicity_answer_is_identical_by_json_and_page(
    world: World, client: httpx.Client, links: tuple[str, str], *, given: bool
) -> None:
    one, other = links
    _, text = _texts(client, one)

    def by_json(*, given: bool) -> None:
        body = {"given": given, "sha256": text}
        assert client.put(f"{API}/me/publicity", json=body, headers=_bearer(one)).is_success

    def by_page(*, given: bool) -> None:
        fields = {"given": str(given).lower(), "sha256": text}
        assert client.post(f"/p/{other}/publicity", data=fields).is_redirect

    if not given:  # a consent to withdraw
        by_json(given=True)
        by_page(given=True)
    changes = [
        changed_rows(world, lambda: by_json(given=given)),
        changed_rows(world, lambda: by_page(given=given)),
    ]
    assert changes[0] == changes[1]
    assert changes[0]


def test_outdated_text_is_rejected_by_json_and_page(
    world: World, client: httpx.Client, links: tuple[str, str]
) -> None:
    one, other = links
    outdated = {"sha256": "0" * 64}

    def by_json() -> None:
        answer = client.put(f"{API}/me/consent", json=outdated, headers=_bearer(one))
        assert answer.status_code == httpx.codes.CONFLICT

    def by_page() -> None:
        answer = client.post(f"/p/{other}/consent", data=outdated)
        assert answer.status_code == httpx.codes.CONFLICT

    assert not changed_rows(world, by_json)
    assert not changed_rows(world, by_page)
