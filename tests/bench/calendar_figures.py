"""Invitations and calendar feeds: bulk rendering, and the server's responses to subscribers."""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from http import HTTPStatus
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from icalendar import Calendar, Event, vCalAddress

from api.calendar.eml import eml_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.http.urls import API
from api.organisation import Organisation
from api.settings import Settings
from coach.invitations import Invitation, Message, Method
from tests.api.conftest import fresh_world, running
from tests.bench.figures import Figure
from tests.texts import ENGLISH

_INVITATIONS = 10_000
_MAX_SECONDS = 10.0
_SESSIONS = 200
_MAX_FEED_MILLISECONDS = 20.0
_MAX_UNCHANGED_MILLISECONDS = 5.0
_REQUESTS = 50
_ORGANISATION = Organisation()
_ZONE = ZoneInfo("Europe/Belgrade")


def calendar_figures() -> Iterator[Figure]:
    """Measure the rendering of invitations, and the feed of a coach with many sessions."""
    yield _rendering()
    yield from _feed()


def _rendering() -> Figure:
    messages = [_message(number) for number in range(_INVITATIONS)]
    began = time.process_time()
    for number, message in enumerate(messages):
        recipient = _recipient(number)
        calendar = ics_bytes(message, recipient, _ORGANISATION, ENGLISH)
        token = f"{number:032x}"
        eml_bytes(message, recipient, _ORGANISATION, ENGLISH, calendar=calendar, reply_token=token)
    seconds = time.process_time() - began
    sample = _INVITATIONS // 20
    began = time.process_time()
    for number, message in enumerate(messages[:sample]):
        _by_libraries(message, _recipient(number))
    by_libraries = (time.process_time() - began) * _INVITATIONS / sample
    return Figure(
        f"{_INVITATIONS:,} invitations as emails",
        f"{seconds:.1f} s of processor time",
        f"at most {_MAX_SECONDS:.0f} s",
        is_met=seconds <= _MAX_SECONDS,
        comparison=f"a shorter email built anew with icalendar and email: {by_libraries:.1f} s",
    )


def _message(number: int) -> Message:
    start = datetime(2027, 1, 18, 9, tzinfo=_ZONE) + timedelta(days=number % 180)
    invitation = Invitation(
        uid=f"{number:032x}",
        number=number % 6 + 1,
        count=6,
        start=start,
        end=start + timedelta(minutes=90),
    )
    stamp = datetime(2027, 1, 4, 8, tzinfo=UTC)
    return Message(
        method=Method.REQUEST, invitation=invitation, sequence=0, stamp=stamp, asks_again=True
    )


def _recipient(number: int) -> Recipient:
    return Recipient(f"Ana Anić {number}", f"ana{number}@example.org", _ZONE)


def _by_libraries(message: Message, recipient: Recipient) -> bytes:
    """Return a minimal email with a calendar object, built only by the libraries."""
    event = Event()
    event.add("uid", message.invitation.uid)
    event.add("dtstamp", message.stamp)
    event.add("dtstart", message.invitation.start.astimezone(UTC))
    event.add("dtend", message.invitation.end.astimezone(UTC))
    event.add("summary", "Coaching session")
    event.add("attendee", vCalAddress(f"mailto:{recipient.address}"))
    calendar = Calendar()
    calendar.add("prodid", "-//bench//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "REQUEST")
    calendar.add_component(event)
    mail = EmailMessage()
    mail["To"] = f"{recipient.name} <{recipient.address}>"
    mail["Subject"] = "Coaching session"
    mail.set_content("You are invited.")
    mail.add_alternative(calendar.to_ical(), maintype="text", subtype="calendar")
    return mail.as_bytes()


def _feed() -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder) / "data", port=0, worker=False)
        with fresh_world(settings) as world, running(settings) as client:
            cycle_id = world.cycle(1, 1)
            world.published(cycle_id, world.result({"C-1": "K-1"}, sessions=_SESSIONS))
            bearer = {"Authorization": f"Bearer {world.link(cycle_id, 'C-1').secret}"}
            created = client.post(f"{API}/me/feed", headers=bearer).raise_for_status().json()
            path = httpx.URL(created["address"]).path
            etag = client.get(path).headers["ETag"]
            whole = _milliseconds(client, path, {}, HTTPStatus.OK)
            same = _milliseconds(client, path, {"If-None-Match": etag}, HTTPStatus.NOT_MODIFIED)
            floor = _milliseconds(client, "/healthz", {}, HTTPStatus.OK)
    compared = f"/healthz: {floor.passed:.1f} ms, {floor.processor:.1f} ms of processor time"
    for what, measured, limit in (
        (f"feed of {_SESSIONS} sessions", whole, _MAX_FEED_MILLISECONDS),
        ("the same, unchanged (304)", same, _MAX_UNCHANGED_MILLISECONDS),
    ):
        yield Figure(
            what,
            f"{measured.passed:.1f} ms in the median of {_REQUESTS} requests, "
            f"{measured.processor:.1f} ms of processor time, client included",
            f"at most {limit:.0f} ms",
            is_met=measured.passed <= limit,
            comparison=compared,
        )


@dataclass(frozen=True)
class _Milliseconds:
    """The median elapsed time and the median processor time of a request."""

    passed: float
    processor: float


def _milliseconds(
    client: httpx.Client, path: str, headers: dict[str, str], status: HTTPStatus
) -> _Milliseconds:
    passed, processor = [], []
    for _ in range(_REQUESTS):
        began, began_processor = time.perf_counter(), time.process_time()
        answer = client.get(path, headers=headers)
        passed.append(time.perf_counter() - began)
        processor.append(time.process_time() - began_processor)
        assert answer.status_code == status
    return _Milliseconds(statistics.median(passed) * 1000, statistics.median(processor) * 1000)
