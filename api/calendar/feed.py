"""Renders calendar feeds: the events that a calendar program regularly fetches.

A feed is a snapshot, not a message: it has no METHOD, ORGANIZER or ATTENDEE (RFC 5546). Equal
events produce equal bytes.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache

from icalendar import Calendar, Event, vText, vUri
from icalendar.parser import Contentline, Parameters

from api.calendar.ics import utc_bytes
from api.calendar.text_pattern import TextPattern
from api.calendar.wording import PRODUCT

_REFRESH_INTERVAL = timedelta(hours=1)
_REFRESH_INTERVAL_TEXT = "PT1H"
_PLACEHOLDERS = {
    b"UID:nobody\r\n": "uid",
    b"SUMMARY:nothing\r\n": "title",
    b"DTSTART:20000101T000000Z\r\n": "start",
    b"DTEND:20000102T000000Z\r\n": "end",
    b"DTSTAMP:20000103T000000Z\r\n": "stamp",
    b"LAST-MODIFIED:20000104T000000Z\r\n": "modified",
}


class FeedStatus(StrEnum):
    """The STATUS of an event in a feed."""

    CONFIRMED = "CONFIRMED"
    TENTATIVE = "TENTATIVE"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An event in a feed, spanning `[start, end)` and last changed at `changed_at`.

    An all-day event has a `first_day` and a `last_day`.
    """

    uid: str
    title: str
    start: datetime
    end: datetime
    sequence: int
    status: FeedStatus
    changed_at: datetime
    place: str = ""
    join_link: str = ""
    first_day: date | None = None
    last_day: date | None = None


def feed_bytes(name: str, events: Iterable[FeedEvent]) -> bytes:
    """Render the feed called `name` as a calendar object (RFC 5545), with times in UTC."""
    head, tail = _calendar(name)
    return b"".join((head, *map(_event_bytes, events), tail))


def file_bytes(events: Iterable[FeedEvent]) -> bytes:
    """Render events as a file to be imported once.

    Like a feed, the file has no METHOD. With PUBLISH, it would need an ORGANIZER (RFC 5546, 3.2.1),
    and calendars would treat the events as somebody else's or create a new calendar. Without a
    METHOD, calendars add the events, and later invitations with the same UID update them.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    end = b"END:VCALENDAR\r\n"
    head = bytes(calendar.to_ical()).removesuffix(end)
    return b"".join((head, *map(_event_bytes, events), end))


@lru_cache(maxsize=256)
def _calendar(name: str) -> tuple[bytes, bytes]:
    """Return the calendar text that precedes the events, and the text that follows them."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", vText(name))
    calendar.add("x-wr-calname", vText(name))
    calendar.add("refresh-interval", _REFRESH_INTERVAL, parameters={"VALUE": "DURATION"})
    calendar.add("x-published-ttl", _REFRESH_INTERVAL_TEXT)
    end = b"END:VCALENDAR\r\n"
    return bytes(calendar.to_ical()).removesuffix(end), end


def _event_bytes(event: FeedEvent) -> bytes:
    changed = utc_bytes(event.changed_at)
    start, end = _time_lines(event)
    return _pattern(event.status, event.sequence, event.place, event.join_link).fill(
        {
            "uid": _text_line("UID", event.uid),
            "title": _text_line("SUMMARY", event.title),
            "start": start,
            "end": end,
            "stamp": b"DTSTAMP:%b\r\n" % changed,
            "modified": b"LAST-MODIFIED:%b\r\n" % changed,
        }
    )


def _time_lines(event: FeedEvent) -> tuple[bytes, bytes]:
    """Return the start and the end: instants, or dates for an all-day event."""
    if event.first_day is None or event.last_day is None:
        start, end = utc_bytes(event.start), utc_bytes(event.end)
        return b"DTSTART:%b\r\n" % start, b"DTEND:%b\r\n" % end
    after = event.last_day + timedelta(days=1)
    first, last = (f"{day:%Y%m%d}".encode() for day in (event.first_day, after))
    return b"DTSTART;VALUE=DATE:%b\r\n" % first, b"DTEND;VALUE=DATE:%b\r\n" % last


@lru_cache(maxsize=1024)
def _pattern(status: FeedStatus, sequence: int, place: str, join_link: str) -> TextPattern:
    """Return an event with `_PLACEHOLDERS` for the values that differ; see `ics._pattern`."""
    event = Event()
    event.add("uid", "nobody")
    event.add("summary", "nothing")
    for day, name in enumerate(("dtstart", "dtend", "dtstamp", "last-modified"), 1):
        event.add(name, datetime(2000, 1, day, tzinfo=UTC))
    event.add("sequence", sequence)
    event.add("status", status.value)
    event.add("class", "PRIVATE")
    if status is FeedStatus.CANCELLED:
        event.add("transp", "TRANSPARENT")
    if place:
        event.add("location", place)
    if join_link:
        event.add("url", vUri(join_link))
    return TextPattern(bytes(event.to_ical()), _PLACEHOLDERS)


@lru_cache(maxsize=4096)
def _text_line(name: str, value: str) -> bytes:
    line = Contentline.from_parts(name, Parameters(), vText(value))
    return bytes(line.to_ical()) + b"\r\n"
