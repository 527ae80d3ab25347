"""Creating and revoking tokens has the same effects through the API and on the pages."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    from conftest import World

API = "/api/v1"


@pytest.fixture
def browser(world: World, client: httpx.Client) -> httpx.Client:
    """Return a browser in which a manager has just signed in."""
    client.headers["Origin"] = str(client.base_url).rstrip("/")
    world.sign_in(client)
    assert client.get(f"{API}/me").is_success
    return client


def _credential_ids(browser: httpx.Client, label: str) -> list[str]:
    listed = browser.get(f"{API}/me/credentials").json()
    return [each["id"] for each in listed if each["label"] == label and not each["revoked_at"]]


def _works(browser: httpx.Client, secret: str) -> bool:
    headers = {"Authorization": f"Bearer {secret}"}
    return httpx.get(f"{browser.base_url}{API}/me", headers=headers).is_success


def test_token_creation_is_identical_by_json_and_page(world: World, browser: httpx.Client) -> None:
    browser.headers["Authorization"] = f"Bearer {world.manager_token()}"
    answers: dict[str, httpx.Response] = {}

    def by_json() -> None:
        body = {"label": "export", "days": 30}
        answers["json"] = browser.post(f"{API}/me/credentials", json=body)

    def by_page() -> None:
        fields = {"label": "export", "days": "30"}
        answers["page"] = browser.post("/account/tokens", data=fields)

    assert changed_rows(world, by_json) == changed_rows(world, by_page)
    shown = re.search(r"<code>(\S+)</code>", answers["page"].text)
    assert shown is not None
    assert _works(browser, answers["json"].json()["secret"])
    assert _works(browser, shown[1])


def test_token_revocation_is_identical_by_json_and_page(
    world: World, browser: httpx.Client
) -> None:
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    for _ in range(2):
        browser.post(f"{API}/me/credentials", json={"label": "export"}, headers=bearer)
    first, second = _credential_ids(browser, "export")

    def by_json() -> None:
        assert browser.delete(f"{API}/credentials/{first}").is_success

    def by_page() -> None:
        ended = browser.post(f"/account/credentials/{second}/end")
        assert ended.status_code == HTTPStatus.SEE_OTHER

    assert changed_rows(world, by_json) == changed_rows(world, by_page)
    assert _credential_ids(browser, "export") == []


def test_unknown_token_is_not_found_by_json_and_page(browser: httpx.Client) -> None:
    assert browser.delete(f"{API}/credentials/unknown").status_code == HTTPStatus.NOT_FOUND
    ended = browser.post("/account/credentials/unknown/end")
    assert ended.status_code == HTTPStatus.NOT_FOUND
