"""Other parsers read every kind of emitted calendar object with the same result."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from api.calendar.decline_counter import DECLINE_COUNTER, decline_counter_bytes
from api.calendar.feed import FeedEvent, FeedStatus, feed_bytes, file_bytes
from api.calendar.ics import ics_bytes
from api.calendar.recipient import Recipient
from api.organisation import Organisation
from api.texts.catalogues import renderer
from coach.group_events import GroupEventKind
from coach.invitations import Invitation, Message, Method, PartStat
from coach.sessions import SessionMode
from tests.calendar_readers import (
    HAS_ICAL_JS,
    HAS_LIBICAL,
    by_ical_js,
    by_icalendar,
    libical_findings,
)
from tests.pseudo import LANGUAGE
from tests.texts import ENGLISH

SEED = 20270118
PSEUDO = renderer(Organisation(), LANGUAGE)
OFFICE = Organisation(programme_name="Gender Coach Programme", alarm_lead=timedelta(hours=2))
NAMES = (
    'Ana "Anči" Žižek-Đorđević',
    "Љиљана Ђурђевић",
    "O'Neill; Ó, Æ\\n",
    "Eve\r\nATTENDEE:mailto:eve@example.org",
    "ž" * 120,
    "🕊️ 李",
    "x:y;z=1,^n^'",
)
PLACES = ("", "Building 4, room 12", "Kula; sprat 3\\ soba 7\nulaz B")
LINKS = (None, "https://meet.example.org/rooms/4d2c9f7a1b6e?a=1&b=,;" + "x" * 80)
ZONES = ("Europe/Belgrade", "America/New_York", "Asia/Kathmandu")


def objects() -> Iterator[bytes]:
    """Yield calendar objects of every kind, with names and places that are hard to escape."""
    draw = random.Random(SEED)
    for method, partstat, place, link in product(Method, PartStat, PLACES, LINKS):
        message = _message(draw, method, partstat, place, link)
        recipient = _recipient(draw)
        yield ics_bytes(message, recipient, OFFICE, draw.choice((ENGLISH, PSEUDO)))
        yield decline_counter_bytes(
            message.invitation, message.sequence, recipient, OFFICE, ENGLISH, stamp=message.stamp
        )
        group = message.model_copy(update={"invitation": _group(draw, message.invitation)})
        yield ics_bytes(group, recipient, OFFICE, ENGLISH)
        yield decline_counter_bytes(
            group.invitation, group.sequence, recipient, OFFICE, ENGLISH, stamp=group.stamp
        )
    for size in (0, 1, 40):
        events = [_feed_event(draw, number) for number in range(size)]
        yield feed_bytes(draw.choice(NAMES), events)
        yield file_bytes(events)


def _message(
    draw: random.Random, method: Method, partstat: PartStat, place: str, link: str | None
) -> Message:
    minutes = draw.randrange(60 * 24 * 365)
    start = (datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)).astimezone(
        ZoneInfo(draw.choice(ZONES))
    )
    invitation = Invitation(
        uid=f"{draw.getrandbits(128):032x}",
        number=draw.randint(1, 12),
        count=12,
        start=start,
        end=start + timedelta(minutes=90),
        mode=draw.choice(tuple(SessionMode)),
        place=place,
        join_link=link,
        with_name=draw.choice((None, *NAMES)),
    )
    asks = method is Method.REQUEST and partstat is PartStat.NEEDS_ACTION
    return Message(
        method=method,
        invitation=invitation,
        sequence=draw.randrange(40),
        stamp=datetime(2027, 1, 4, 8, 0, 30, tzinfo=UTC),
        asks_again=asks,
        partstat=partstat,
    )


def _group(draw: random.Random, invitation: Invitation) -> Invitation:
    """Return an invitation to a group event with the same times, or on whole days."""
    first = draw.choice((None, invitation.start.date()))
    return invitation.model_copy(
        update={
            "event": draw.choice(tuple(GroupEventKind)),
            "is_required": draw.choice((True, False)),
            "first_day": first,
            "last_day": None if first is None else first + timedelta(days=draw.randrange(3)),
        }
    )


def _recipient(draw: random.Random) -> Recipient:
    return Recipient(draw.choice(NAMES), "ana@example.org", ZoneInfo(draw.choice(ZONES)))


def _feed_event(draw: random.Random, number: int) -> FeedEvent:
    start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=draw.randrange(9000))
    return FeedEvent(
        uid=f"{number:032x}",
        title=draw.choice(NAMES),
        start=start,
        end=start + timedelta(minutes=90),
        sequence=draw.randrange(9),
        status=draw.choice(tuple(FeedStatus)),
        changed_at=datetime(2027, 1, 2, tzinfo=UTC),
        place=draw.choice(PLACES),
        join_link=draw.choice(LINKS) or "",
    )


@pytest.mark.skipif(not HAS_ICAL_JS, reason="ical.js is missing: npm install --prefix tests/node")
def test_ical_js_reads_every_object_as_icalendar_does() -> None:
    emitted = list(objects())
    assert list(by_ical_js(emitted)) == [by_icalendar(content) for content in emitted]


@pytest.mark.skipif(not HAS_ICAL_JS, reason="ical.js is missing: npm install --prefix tests/node")
def test_ical_js_is_strict() -> None:
    (good, *_) = objects()
    for broken in (
        good.replace(b"DTSTART:2", b"DTSTART:x2"),
        good.replace(b"END:VEVENT\r\n", b""),
        good.replace(b"VERSION:2.0", b"VERSION 2.0"),
    ):
        assert broken != good
        with pytest.raises(subprocess.CalledProcessError):
            list(by_ical_js([broken]))


@pytest.mark.skipif(not HAS_LIBICAL, reason="libical is missing (Debian: libical3t64)")
def test_libical_has_no_findings() -> None:
    # DECLINECOUNTER is left out: libical allows only UID, DTSTAMP, ORGANIZER and COMMENT in it, but
    # Thunderbird shows the SUMMARY as the event's name, and other programs require ATTENDEE.
    emitted = [each for each in objects() if f"METHOD:{DECLINE_COUNTER}".encode() not in each]
    assert [line for content in emitted for line in libical_findings(content)] == []


@pytest.mark.skipif(not HAS_LIBICAL, reason="libical is missing (Debian: libical3t64)")
def test_libical_finds_faults() -> None:
    (good, *_) = objects()
    for broken in (
        good.replace(b"DTSTART:2", b"DTSTART:x2"),
        good.replace(b"ORGANIZER", b"X-ORGANIZER"),
        good.replace(b"DTSTAMP", b"X-DTSTAMP"),
    ):
        assert broken != good
        assert libical_findings(broken)
