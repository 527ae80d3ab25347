"""Webhooks on their page and in the API."""

from __future__ import annotations

import re
import threading
from http import HTTPStatus
from ipaddress import ip_network
from typing import TYPE_CHECKING

import pytest

from api.audit_trail.log import record_event
from api.http.urls import API
from api.webhooks import service as webhooks
from api.webhooks.delivery import deliver_due
from api.webhooks.event_types import WebhookEvent
from api.webhooks.service import NewWebhook
from coach.errors import UnusableInputError

if TYPE_CHECKING:
    import httpx
    from conftest import World

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
        ("http://hr.example.org/", ["plan.published"], "https address without a user name"),
        (
            "https://user:pass@hr.example.org/",
            ["plan.published"],
            "https address without a user name",
        ),
        ("hr.example.org", ["plan.published"], "https address without a user name"),
        (URL, [], "at least one kind of event"),
        ("https://10.0.0.1/", ["plan.published"], "10.0.0.1 is neither a public address"),
        ("https://[::1]/", ["plan.published"], "::1 is neither a public address"),
        ("https://0x7f.1/", ["plan.published"], "127.0.0.1 is neither a public address"),
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


def test_host_that_is_not_listed_is_refused(world: World) -> None:
    listed = world.with_settings(webhook_hosts=("other.example.org", "HR.example.org"))
    new = NewWebhook(url=URL, events=frozenset({WebhookEvent.PLAN_PUBLISHED}))
    assert webhooks.create_webhook(listed, new).webhook.url == URL
    elsewhere = world.with_settings(webhook_hosts=("example.org",))
    with pytest.raises(UnusableInputError, match=r"hr\.example\.org is not among the hosts"):
        webhooks.create_webhook(elsewhere, new)
    with world.database.writing() as tx:
        record_event(tx, "plan published", "plan", "p1")
    deliver_due(elsewhere, threading.Event())  # for a webhook added before the setting
    assert webhooks.list_webhooks(elsewhere)[0].problem == "forbidden host"


def test_address_in_a_listed_network_is_accepted(world: World) -> None:
    intranet = world.with_settings(webhook_networks=(ip_network("10.20.0.0/16"),))
    for url in ("https://10.20.0.1/", "https://9.9.9.9/"):
        new = NewWebhook(url=url, events=frozenset({WebhookEvent.PLAN_PUBLISHED}))
        assert webhooks.create_webhook(intranet, new).webhook.url == url


def test_number_of_webhooks_is_limited(office: httpx.Client) -> None:
    new = {"url": URL, "events": ["plan.published"]}
    answers = [office.post(f"{API}/webhooks", json=new).status_code for _ in range(21)]
    assert answers == [*[HTTPStatus.CREATED] * 20, HTTPStatus.CONFLICT]
