"""Webhooks on their page and in the API."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.http.urls import API

if TYPE_CHECKING:
    import httpx

URL = "https://hr.example.org/coaching"


def test_page_creates_a_webhook_and_shows_its_secret_once(office: httpx.Client) -> None:
    made = office.post("/webhooks", data={"url": URL, "plan.published": "true"})
    (secret,) = re.findall(r'value="(whsec_[^"]+)"', made.text)
    page = office.get("/webhooks").text
    assert URL in page
    assert secret not in page
    (listed,) = office.get(f"{API}/webhooks").json()
    assert (listed["url"], listed["events"]) == (URL, ["plan.published"])
    replaced = office.post(f"/webhooks/{listed['id']}/secret")
    assert secret not in replaced.text
    assert "whsec_" in replaced.text
    office.post(f"/webhooks/{listed['id']}/remove")
    assert office.get(f"{API}/webhooks").json() == []


@pytest.mark.parametrize(
    ("url", "events", "message"),
    [
        ("http://hr.example.org/", ["plan.published"], "not an https address"),
        ("https://user:pass@hr.example.org/", ["plan.published"], "not an https address"),
        ("hr.example.org", ["plan.published"], "not an https address"),
        (URL, [], "at least one kind of event"),
    ],
)
def test_invalid_webhook_is_refused_with_the_form_filled_in(
    office: httpx.Client, url: str, events: list[str], message: str
) -> None:
    answer = office.post("/webhooks", data={"url": url} | dict.fromkeys(events, "true"))
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert message in answer.text
    assert f'value="{url}"' in answer.text
    assert office.get(f"{API}/webhooks").json() == []


def test_number_of_webhooks_is_limited(office: httpx.Client) -> None:
    new = {"url": URL, "events": ["plan.published"]}
    answers = [office.post(f"{API}/webhooks", json=new).status_code for _ in range(21)]
    assert answers == [*[HTTPStatus.CREATED] * 20, HTTPStatus.CONFLICT]
