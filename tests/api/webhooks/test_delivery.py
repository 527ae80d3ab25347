"""Deliveries of webhooks to a local receiver."""

from __future__ import annotations

import logging
import socket
import threading
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from api.audit_trail.log import record_event
from api.webhooks import service as webhooks
from api.webhooks.delivery import deliver_due
from api.webhooks.event_types import WebhookEvent
from api.webhooks.sending import Problem, send
from api.webhooks.service import NewWebhook, Webhook, WebhookSecret
from api.webhooks.signing import signed_headers
from tests.api.webhooks.receiver import Receiver, receiver_on_loopback

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import World

    from api.services import Services

LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Receiver]:
    with receiver_on_loopback(monkeypatch, tmp_path) as receiver:
        yield receiver


@pytest.fixture
def services(world: World) -> Services:
    return world.with_settings(webhook_networks=LOOPBACK)


def created(services: Services, receiver: Receiver, *events: WebhookEvent) -> WebhookSecret:
    wanted = frozenset(events) or {WebhookEvent.PLAN_PUBLISHED, WebhookEvent.SESSION_DECLINED}
    return webhooks.create_webhook(services, NewWebhook(url=receiver.url, events=wanted))


def happened(services: Services, action: str, object_id: str) -> None:
    with services.database.writing() as tx:
        record_event(tx, action, "plan", object_id)


def delivered(services: Services, *, later: timedelta = timedelta(0)) -> Webhook:
    """Run the job with a clock that is `later` ahead, and return the only webhook."""
    now = services.now() + later
    deliver_due(replace(services, now=lambda: now), threading.Event())
    return webhooks.list_webhooks(services)[0]


def test_chosen_events_are_delivered_once_in_order_with_ids_only(
    services: Services, receiver: Receiver
) -> None:
    happened(services, "plan published", "before")
    created(services, receiver)
    for number, action in enumerate(("plan published", "plan opened", "session declined")):
        happened(services, action, f"id-{number}")
    delivered(services)
    webhook = delivered(services)
    assert [one["type"] for one in receiver.messages] == ["plan.published", "session.declined"]
    assert [one["data"]["id"] for one in receiver.messages] == ["id-0", "id-2"]
    assert {frozenset(one) for one in receiver.messages} == {
        frozenset({"type", "timestamp", "data"})
    }
    assert (webhook.problem, webhook.last_success_at is not None) == ("", True)


def test_messages_are_signed_with_the_secret_that_was_shown(
    services: Services, receiver: Receiver
) -> None:
    shown = created(services, receiver).secret
    happened(services, "plan published", "id-1")
    delivered(services)
    (headers,), (body,) = receiver.headers, receiver.bodies
    at = datetime.fromtimestamp(int(headers["webhook-timestamp"]), UTC)
    secret = b64decode(shown.removeprefix("whsec_"))
    expected = signed_headers([secret], headers["webhook-id"], at, body)
    assert headers["webhook-signature"] == expected["webhook-signature"]
    assert headers["host"] == receiver.url.split("/")[2]


def test_for_a_day_messages_are_signed_with_the_earlier_secret_too(
    services: Services, receiver: Receiver
) -> None:
    first = created(services, receiver)
    second = webhooks.replace_secret(services, first.webhook.id)
    assert second.secret != first.secret
    for later in (timedelta(hours=23), timedelta(hours=25)):
        happened(services, "plan published", "id")
        delivered(services, later=later)
    signatures = [headers["webhook-signature"].split() for headers in receiver.headers]
    assert [len(each) for each in signatures] == [2, 1]


def test_failed_delivery_is_repeated_later_with_the_same_id_before_the_next_event(
    services: Services, receiver: Receiver
) -> None:
    created(services, receiver)
    receiver.answers = [500]
    happened(services, "plan published", "id-1")
    happened(services, "plan published", "id-2")
    failing = delivered(services)
    assert failing.problem == Problem.REFUSED
    delivered(services)
    assert len(receiver.bodies) == 1, "not due yet"
    working = delivered(services, later=timedelta(minutes=3))
    ids = [headers["webhook-id"] for headers in receiver.headers]
    assert [one["data"]["id"] for one in receiver.messages] == ["id-1", "id-1", "id-2"]
    assert ids[0] == ids[1] != ids[2]
    assert (working.problem, working.failing_since) == ("", None)


@pytest.mark.parametrize("answer", [301, 302, 307, 308])
def test_redirects_are_not_followed(services: Services, receiver: Receiver, answer: int) -> None:
    created(services, receiver)
    receiver.answers = [answer]
    happened(services, "plan published", "id")
    assert delivered(services).problem == Problem.REFUSED
    assert len(receiver.bodies) == 1


def test_deliveries_stop_after_days_of_failures_and_continue_when_resumed(
    services: Services, receiver: Receiver
) -> None:
    webhook = created(services, receiver).webhook
    receiver.answers = [503, 503]
    happened(services, "plan published", "id")
    assert delivered(services).stopped_at is None
    assert delivered(services, later=timedelta(days=6)).stopped_at is not None
    delivered(services, later=timedelta(days=7))
    assert len(receiver.bodies) == 2
    webhooks.resume_webhook(services, webhook.id)
    assert delivered(services).last_success_at is not None


def test_receiver_that_is_gone_gets_no_more_messages(
    services: Services, receiver: Receiver
) -> None:
    created(services, receiver)
    receiver.answers = [410]
    happened(services, "plan published", "id")
    assert delivered(services).stopped_at is not None


def test_address_inside_the_network_is_not_connected_to(world: World, receiver: Receiver) -> None:
    created(world.services, receiver)
    happened(world.services, "plan published", "id")
    assert delivered(world.services).problem == Problem.FORBIDDEN_ADDRESS
    assert receiver.bodies == []


def test_name_that_points_elsewhere_after_the_check_is_connected_to_where_it_was_checked(
    services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver's own name server can answer each query differently."""
    created(services, receiver)
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def rebinding(host: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in `socket`
        if host == "localhost":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "127.0.0.9"  # where nobody listens
        return resolve(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    happened(services, "plan published", "first")
    assert delivered(services).problem == ""
    assert asked == ["localhost"]


def test_name_with_a_public_and_an_intranet_address_is_not_connected_to(
    world: World, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    created(world.services, receiver)
    resolve = socket.getaddrinfo

    def both(_host: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as in `socket`
        return resolve("9.9.9.9", *args, **kwargs) + resolve("127.0.0.1", *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", both)
    happened(world.services, "plan published", "first")
    assert delivered(world.services).problem == Problem.FORBIDDEN_ADDRESS
    assert not receiver.bodies


def test_neither_the_secret_nor_the_address_of_a_webhook_is_logged(
    services: Services, receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    made = created(services, receiver)
    receiver.answers = [500]
    happened(services, "plan published", "first")
    assert delivered(services).problem == Problem.REFUSED
    assert delivered(services, later=timedelta(hours=1)).problem == ""
    written = "\n".join(record.getMessage() for record in caplog.records)
    assert made.secret not in written
    assert receiver.url not in written
    assert "secret" not in str(webhooks.list_webhooks(services)[0].model_dump())


def test_row_that_was_altered_in_the_database_sends_nothing(
    services: Services, receiver: Receiver
) -> None:
    created(services, receiver)
    with services.database.writing() as tx:
        tx.execute(text("UPDATE webhooks SET url = url || '&more'"))
    happened(services, "plan published", "id")
    delivered(services)
    assert receiver.bodies == []


def test_certificate_of_an_unknown_authority_is_refused(
    services: Services, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    created(services, receiver)
    happened(services, "plan published", "id")
    assert delivered(services).problem == Problem.NO_CONNECTION
    assert receiver.bodies == []


def test_silent_receiver_holds_up_an_attempt_only_until_its_timeout() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:  # accepts, and never answers
        url = f"https://127.0.0.1:{server.getsockname()[1]}/"
        assert send(url, {}, b"{}", LOOPBACK, timeout=0.2) is Problem.TIMEOUT


def test_receiver_that_never_finishes_its_response_holds_up_an_attempt_only_so_long(
    receiver: Receiver,
) -> None:
    receiver.pause = 0.15  # seconds between the endless header lines
    assert send(receiver.url, {}, b"{}", LOOPBACK, timeout=0.3) is Problem.TIMEOUT


def test_unknown_host_is_reported() -> None:
    assert send("https://nowhere.invalid/", {}, b"{}", LOOPBACK) is Problem.UNKNOWN_HOST
