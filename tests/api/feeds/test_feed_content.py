"""Calendar feeds as calendar objects."""

from datetime import UTC, datetime, timedelta

import vobject
from ical.calendar_stream import IcsCalendarStream
from icalendar import Calendar

from api.calendar.feed import FeedEvent, FeedStatus, feed_bytes

START = datetime(2027, 1, 27, 8, 0, tzinfo=UTC)
EVENT = FeedEvent(
    uid="6b1f3a0c-7a52-4c1e-9a38-0d5f0c8f7e11",
    title="Čas, zgrada; soba “7” " + "ž" * 60,
    start=START,
    end=START + timedelta(minutes=90),
    sequence=2,
    status=FeedStatus.TENTATIVE,
    changed_at=datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC),
    place="Building 4, room 12",
    join_link="https://meet.example.org/rooms/4d2c9f7a1b6e",
)


def test_three_readers_read_the_same_event() -> None:
    content = feed_bytes("Sessions, mine", [EVENT])
    by_icalendar = Calendar.from_ical(content).events[0]
    by_vobject = vobject.readOne(content.decode()).vevent
    (by_ical,) = IcsCalendarStream.calendar_from_ics(content.decode()).events
    for found in (by_icalendar["summary"], by_vobject.summary.value, by_ical.summary):
        assert found == EVENT.title
    assert by_icalendar.start == by_vobject.dtstart.value == by_ical.dtstart == EVENT.start
    assert (by_ical.uid, by_ical.sequence, by_ical.location) == (EVENT.uid, 2, EVENT.place)
    assert by_ical.status == "TENTATIVE"


def test_lines_are_folded_and_end_with_crlf() -> None:
    content = feed_bytes("n" * 100, [EVENT])
    assert content.replace(b"\r\n", b"").count(b"\n") == 0
    assert max(len(line) for line in content.split(b"\r\n")) <= 75


def test_a_feed_is_not_a_message_and_has_a_refresh_interval_but_no_uid() -> None:
    lines = feed_bytes("Sessions", [EVENT]).decode().split("\r\n")
    assert "REFRESH-INTERVAL;VALUE=DURATION:PT1H" in lines
    assert "X-PUBLISHED-TTL:PT1H" in lines
    assert not [line for line in lines if line.startswith(("METHOD", "ORGANIZER", "ATTENDEE"))]
    assert len([line for line in lines if line.startswith("UID")]) == 1


def test_line_breaks_in_a_title_do_not_add_properties() -> None:
    title = "Session\r\nATTENDEE:mailto:eve@example.org"
    event = FeedEvent("u", title, START, START, 0, FeedStatus.CONFIRMED, START)
    lines = feed_bytes("Sessions", [event]).decode().split("\r\n")
    assert not [line for line in lines if line.startswith("ATTENDEE")]
