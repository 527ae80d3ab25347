"""Publishing plans and sending messages have the same effects through the API and on pages."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from html import unescape
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import update

from api.invitations.delivery_status import delivery_status
from api.invitations.dispatch import release_messages
from api.invitations.pending import pending_messages
from api.mail.rows import MailRow, MailState
from api.sessions import schedule
from tests.api.both_ways import changed_rows
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings

API = "/api/v1"
PAIRS = {"C-1": "K-1", "C-2": "K-2"}
LONG_AGO = "2020-01-01T00:00:00Z"


@pytest.fixture
def mail_office(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> Iterator[httpx.Client]:
    """Return a manager's client for a server that sends email but has no worker."""
    with _office(world, serve, world.services_with_mail().settings) as client:
        yield client


@contextmanager
def _office(
    world: World,
    serve: Callable[[Settings], AbstractContextManager[httpx.Client]],
    settings: Settings,
) -> Iterator[httpx.Client]:
    with serve(settings) as client:
        client.headers["Authorization"] = f"Bearer {world.manager_token()}"
        client.get(f"{API}/me")  # so that the token's first use is already recorded
        yield client


@pytest.fixture
def plain_office(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> Iterator[httpx.Client]:
    """Return a manager's client for a server that does not send email."""
    with _office(world, serve, world.services.settings) as client:
        yield client


def _published(world: World) -> str:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result(PAIRS))
    return cycle_id


def _until(office: httpx.Client, cycle_id: str) -> str:
    until: str = office.get(f"{API}/cycles/{cycle_id}/outbox/waiting").json()["until"]
    return until


def _failed_mail(world: World, cycle_id: str) -> str:
    """Release a cycle's messages, make all their emails fail; return the first email's id."""
    services = world.services_with_mail()
    until = pending_messages(services, cycle_id).until
    assert until is not None
    release_messages(services, cycle_id, until)
    with world.database.writing() as tx:
        of_cycle = update(MailRow).where(MailRow.cycle_id == cycle_id)
        tx.execute(of_cycle.values(state=MailState.FAILED, problem="550 No such user"))
    return delivery_status(services, cycle_id).failed[0].id


def test_a_plan_is_published_the_same_way_by_json_and_on_the_page(
    world: World, plain_office: httpx.Client
) -> None:
    by_json, on_page = (world.cycle() for _ in range(2))
    for first_day in (20, 21):  # the second plan replaces the first
        result = world.result(PAIRS, first_day=first_day)
        json_plan, page_plan = world.plan(by_json, result), world.plan(on_page, result)
        answers: list[httpx.Response] = []

        def publish(path: str, answers: list[httpx.Response] = answers) -> None:
            answers.append(plain_office.post(path, headers=ANY_VERSION))

        json_rows, page_rows = (
            changed_rows(world, partial(publish, path))
            for path in (f"{API}/plans/{json_plan}/publish", f"/plans/{page_plan}/publish")
        )
        assert json_rows == page_rows
        mails = sum(count for row, count in json_rows.items() if row[0] == "mails")
        assert mails == (12 if first_day == 20 else 8), "the first plan also introduces four people"
        assert answers[0].json()["requests"] == 8
        assert answers[1].headers["location"] == f"/cycles/{on_page}/sessions"
    again = [
        plain_office.post(path, headers=ANY_VERSION)
        for path in (f"{API}/plans/{json_plan}/publish", f"/plans/{page_plan}/publish")
    ]
    assert [answer.status_code for answer in again] == [HTTPStatus.CONFLICT] * 2
    assert again[0].json()["detail"][1:] in unescape(again[1].text)


@pytest.mark.parametrize("until", ["", LONG_AGO])
@pytest.mark.parametrize(
    ("json_path", "form_path"),
    [
        ("outbox/sent", "messages/sent"),
        ("outbox/post", "messages/send"),
    ],
)
def test_pending_messages_are_sent_the_same_way_by_json_and_on_the_page(
    world: World, mail_office: httpx.Client, json_path: str, form_path: str, until: str
) -> None:
    by_json, on_page = _published(world), _published(world)
    json_until = until or _until(mail_office, by_json)
    page_until = until or _until(mail_office, on_page)

    def send_by_json() -> None:
        path = f"{API}/cycles/{by_json}/{json_path}"
        assert mail_office.post(path, json={"until": json_until}).is_success

    def send_on_page() -> None:
        path = f"/cycles/{on_page}/{form_path}"
        answer = mail_office.post(path, data={"until": page_until})
        assert answer.headers["location"] == f"/cycles/{on_page}/messages"

    rows = changed_rows(world, send_by_json)
    assert rows == changed_rows(world, send_on_page)
    assert {row[0] for row in rows} == ({"audit"} if until else {"audit", "mails"})


@pytest.mark.parametrize(
    ("json_path", "form_path"),
    [
        ("outbox/post/retry", "messages/retry"),
        ("outbox/post/{mail_id}/sent", "messages/{mail_id}/sent"),
    ],
)
def test_failed_emails_are_handled_the_same_way_by_json_and_on_the_page(
    world: World, mail_office: httpx.Client, json_path: str, form_path: str
) -> None:
    by_json, on_page = _published(world), _published(world)
    json_mail, page_mail = (_failed_mail(world, cycle_id) for cycle_id in (by_json, on_page))

    def act_by_json() -> None:
        path = f"{API}/cycles/{by_json}/{json_path.format(mail_id=json_mail)}"
        assert mail_office.post(path).is_success

    def act_on_page() -> None:
        path = f"/cycles/{on_page}/{form_path.format(mail_id=page_mail)}"
        assert mail_office.post(path).headers["location"] == f"/cycles/{on_page}/messages"

    rows = changed_rows(world, act_by_json)
    assert rows == changed_rows(world, act_on_page)
    assert "mails" in {row[0] for row in rows}


@pytest.mark.parametrize(
    ("json_path", "form_path"),
    [
        ("outbox/post", "messages/send"),
        ("outbox/post/retry", "messages/retry"),
    ],
)
def test_messages_are_not_released_by_json_or_on_the_page_if_email_is_disabled(
    world: World, plain_office: httpx.Client, json_path: str, form_path: str
) -> None:
    cycle_id = _published(world)
    until = _until(plain_office, cycle_id)
    answers: list[httpx.Response] = []

    def release() -> None:
        answers.append(
            plain_office.post(f"{API}/cycles/{cycle_id}/{json_path}", json={"until": until})
        )
        answers.append(plain_office.post(f"/cycles/{cycle_id}/{form_path}", data={"until": until}))

    assert not changed_rows(world, release)
    assert [answer.status_code for answer in answers] == [HTTPStatus.CONFLICT] * 2
    assert answers[0].json()["detail"][1:] in answers[1].text


def test_a_person_gets_the_same_calendar_file_by_json_and_on_the_page(
    world: World, client: httpx.Client
) -> None:
    cycle_id = _published(world)
    secret = world.link(cycle_id, "K-1").secret
    with world.database.reading() as tx:
        session = schedule.person_schedule(tx, world.person_id(cycle_id, "K-1")).sessions[0].id
    bearer = {"Authorization": f"Bearer {secret}"}
    by_json = client.get(f"{API}/sessions/{session}/invitation.ics", headers=bearer)
    on_page = client.get(f"/p/{secret}/sessions/{session}/invitation.ics")
    assert by_json.status_code == on_page.status_code == HTTPStatus.OK
    assert by_json.content == on_page.content
    for header in ("content-type", "content-disposition"):
        assert by_json.headers[header] == on_page.headers[header]
