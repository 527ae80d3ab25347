"""Reading busy times from calendar files, and rejecting hostile files before expanding them."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.calendar import busy_times, facts
from api.calendar.busy_times import (
    MAX_CALENDAR_BYTES,
    CalendarOwner,
    _check,
    _text_without_titles,
    busy_times_in,
)
from api.calendar.busy_times_process import build_response
from api.child_processes.limits import ProcessLimits
from coach.errors import UnusableInputError

if TYPE_CHECKING:
    from coach.texts.facts import Message

ZONE = "Europe/Belgrade"
OWNER = CalendarOwner(ZONE, "ana@example.org")
FIRST, LAST = date(2027, 1, 18), date(2027, 3, 31)
SECRET = "Doctor Jovanović, oncology"  # noqa: S105 - a title


def calendar(*components: str, head: str = "") -> bytes:
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Tests//EN", head, *components]
    return "\r\n".join([*filter(None, lines), "END:VCALENDAR", ""]).encode()


def event(*lines: str, start: str = ":20270201T090000Z", end: str = ":20270201T100000Z") -> str:
    own = ("BEGIN:VEVENT", "UID:1@example.org", f"DTSTART{start}", f"DTEND{end}")
    return "\r\n".join([*own, f"SUMMARY:{SECRET}", *lines, "END:VEVENT"])


def found(content: bytes) -> list[str]:
    """Return the busy times in a calendar, without using a child process."""
    text = _text_without_titles("a.ics", content, OWNER.address)
    _check("a.ics", text)
    response = build_response(text, ZONE, FIRST, LAST)
    assert "error" not in response, response
    return [
        f"{day[5:]} {start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
        for day, start, end in response["busy"]  # type: ignore[attr-defined]
    ]


def refused(content: bytes) -> set[str]:
    with pytest.raises(UnusableInputError) as error:
        _check("a.ics", _text_without_titles("a.ics", content, OWNER.address))
    return {fault.message.code for fault in error.value.faults}  # type: ignore[union-attr]


def test_titles_places_and_people_are_removed_before_anything_else() -> None:
    content = calendar(
        event(
            f"DESCRIPTION:with\r\n  {SECRET}", f"LOCATION:{SECRET}", f"X-ALT-DESC:{SECRET}",
            f'ATTENDEE;CN="{SECRET}":mailto:other@example.org', f"BEGIN:VALARM\r\nACTION:{SECRET}",
            "END:VALARM",
        ),
        f"BEGIN:VTODO\r\nUID:{SECRET}\r\nEND:VTODO",
        head=f"X-WR-CALNAME:{SECRET}",
    )  # fmt: skip
    text = _text_without_titles("a.ics", content, OWNER.address)
    assert "oncology" not in text
    assert "other@example.org" not in text
    assert found(content) == ["02-01 10:00-11:00"]


def test_times_are_converted_to_the_zone_of_the_owner() -> None:
    assert found(calendar(event())) == ["02-01 10:00-11:00"]
    floating = event(start=":20270201T090000", end=":20270201T100000")
    assert found(calendar(floating)) == ["02-01 09:00-10:00"]
    zoned = event(
        start=";TZID=America/New_York:20270201T090000", end=";TZID=America/New_York:20270201T100000"
    )
    assert found(calendar(zoned)) == ["02-01 15:00-16:00"]
    of_google = calendar(floating, head="X-WR-TIMEZONE:Europe/London")
    assert found(of_google) == ["02-01 10:00-11:00"]
    assert found(calendar(floating, head="X-WR-TIMEZONE:Nowhere/../x")) == ["02-01 09:00-10:00"]
    windows = "Central European Standard Time"
    of_outlook = event(
        start=f";TZID={windows}:20270201T090000", end=f";TZID={windows}:20270201T100000"
    )
    assert found(calendar(of_outlook)) == ["02-01 09:00-10:00"]


def test_events_of_whole_days_and_over_midnight_are_split_by_day() -> None:
    days = event(start=";VALUE=DATE:20270201", end=";VALUE=DATE:20270203")
    assert found(calendar(days)) == ["02-01 00:00-24:00", "02-02 00:00-24:00"]
    night = event(start=":20270201T210000Z", end=":20270202T003030Z")
    assert found(calendar(night)) == ["02-01 22:00-24:00", "02-02 00:00-01:31"]


@pytest.mark.parametrize(
    "line",
    [
        "STATUS:CANCELLED",
        "TRANSP:TRANSPARENT",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Ana@Example.org",
        'ATTENDEE;CN="A; B";PARTSTAT="DECLINED":MAILTO:ana@example.org',
    ],
)
def test_events_that_take_no_time_of_the_owner_are_left_out(line: str) -> None:
    assert found(calendar(event(line))) == []


@pytest.mark.parametrize(
    "line",
    [
        "STATUS:TENTATIVE",
        "TRANSP:OPAQUE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:other@example.org",
        "ATTENDEE;PARTSTAT=ACCEPTED:mailto:ana@example.org",
    ],
)
def test_other_events_are_busy_times(line: str) -> None:
    assert found(calendar(event(line))) == ["02-01 10:00-11:00"]


def test_repeated_events_are_expanded_with_their_exceptions() -> None:
    weekly = event("RRULE:FREQ=WEEKLY;COUNT=4", "EXDATE:20270208T090000Z")
    moved = event(
        "RECURRENCE-ID:20270215T090000Z", start=":20270216T120000Z", end=":20270216T130000Z"
    )
    cancelled = event(
        "RECURRENCE-ID:20270222T090000Z", "STATUS:CANCELLED",
        start=":20270222T090000Z", end=":20270222T100000Z",
    )  # fmt: skip
    assert found(calendar(weekly, moved, cancelled)) == ["02-01 10:00-11:00", "02-16 13:00-14:00"]


def test_repetition_that_began_long_ago_ends_with_the_cycle() -> None:
    old = event("RRULE:FREQ=MONTHLY", start=":20100301T090000Z", end=":20100301T100000Z")
    assert found(calendar(old)) == ["02-01 10:00-11:00", "03-01 10:00-11:00"]


def test_free_busy_components_are_read() -> None:
    component = (
        "BEGIN:VFREEBUSY\nUID:2\nDTSTART:20270101T000000Z\nDTEND:20270301T000000Z\n"
        "FREEBUSY:20270201T080000Z/PT1H,20270201T120000Z/20270201T123000Z\n"
        "FREEBUSY;FBTYPE=FREE:20270202T080000Z/PT1H\n"
        "FREEBUSY;FBTYPE=BUSY-UNAVAILABLE:20270203T080000Z/PT1H\nEND:VFREEBUSY"
    )
    assert found(calendar(component)) == [
        "02-01 09:00-10:00", "02-01 13:00-13:30", "02-03 09:00-10:00",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", facts.NOT_A_CALENDAR),
        (b"%PDF-1.7 ...", facts.NOT_A_CALENDAR),
        (b"x" * (MAX_CALENDAR_BYTES + 1), facts.CALENDAR_TOO_LARGE),
        (calendar(event("RRULE:FREQ=SECONDLY")), facts.REPEATS_TOO_OFTEN),
        (calendar(event("RRULE:FREQ=HOURLY;COUNT=3")), facts.REPEATS_TOO_OFTEN),
        (calendar(event("rrule;x=1:interval=2;freq=MINUTELY")), facts.REPEATS_TOO_OFTEN),
        (calendar(event("RRU\r\n LE:FREQ=SEC\r\n ONDLY")), facts.REPEATS_TOO_OFTEN),
        (calendar(event("RRULE: FREQ = SECONDLY")), facts.REPEATS_TOO_OFTEN),
        (
            calendar(event("RRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5;BYMINUTE=1,2,3,4,5")),
            facts.REPEATS_TOO_OFTEN,
        ),
        (calendar(event("RRULE:FREQ=DAILY;INTERVAL=0")), facts.INVALID_INTERVAL),
        (calendar(event("RRULE:FREQ=DAILY;INTERVAL=-1")), facts.INVALID_INTERVAL),
        (calendar(event("RRULE:FREQ=DAILY;INTERVAL=1e3")), facts.INVALID_INTERVAL),
        (calendar(event("DURATION:P999999999999D")), facts.EVENT_TOO_LONG),
        (calendar(event("DURATION:P60W")), facts.EVENT_TOO_LONG),
        (calendar(*["BEGIN:VEVENT"] * 5), facts.CALENDAR_TOO_COMPLEX),
        (calendar(*["BEGIN:VEVENT\r\nEND:VEVENT"] * 10_001), facts.CALENDAR_TOO_COMPLEX),
        (
            calendar("BEGIN:VTIMEZONE\r\nBEGIN:STANDARD\r\nRRULE:FREQ=SECONDLY"),
            facts.REPEATS_TOO_OFTEN,
        ),
    ],
)
def test_hostile_file_is_refused_by_its_text(content: bytes, reason: Message) -> None:
    assert refused(content) == {reason.code}


@pytest.mark.parametrize(
    "content",
    [
        calendar(event(start=":20270201T090000Z", end=":22270201T090000Z")),
        calendar(event("DURATION:PT99999999H").replace("DTEND:20270201T100000Z\r\n", "")),
    ],
)
def test_event_of_years_is_refused_when_its_dates_are_known(content: bytes) -> None:
    text = _text_without_titles("a.ics", content, "")
    _check("a.ics", text)
    assert build_response(text, ZONE, FIRST, LAST)["error"] == "too long"


@settings(max_examples=50, deadline=None)
@given(st.text("BEGINVTRUL:;=,0123456789TZP-/\r\n WKDAYSMO", max_size=120))
def test_damaged_calendar_never_raises_other_errors(middle: str) -> None:
    content = calendar(event(f"RRULE:FREQ=DAILY;COUNT=3\r\nEXDATE:{middle}", middle))
    try:
        text = _text_without_titles("a.ics", content, OWNER.address)
        _check("a.ics", text)
    except UnusableInputError:
        return
    assert set(build_response(text, ZONE, FIRST, LAST)) <= {"busy", "error"}


def test_child_process_reads_a_calendar() -> None:
    content = calendar(event("RRULE:FREQ=DAILY;COUNT=2"))
    times = busy_times_in("a.ics", content, OWNER, FIRST, LAST)
    assert list(map(str, times)) == ["2027-02-01 10:00-11:00", "2027-02-02 10:00-11:00"]


def test_expansion_that_takes_too_long_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    rule = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"
    endless = event(rule, start=":00010101T000000Z", end=":00010101T010000Z")
    monkeypatch.setattr(busy_times, "_LIMITS", ProcessLimits(cpu_seconds=1))
    with pytest.raises(UnusableInputError) as error:
        busy_times_in("a.ics", calendar(*[endless] * 20), OWNER, FIRST, LAST)
    assert {fault.message.code for fault in error.value.faults} == {  # type: ignore[union-attr]
        facts.CALENDAR_TOO_COMPLEX.code
    }


def test_more_busy_times_than_a_person_has_are_refused() -> None:
    often = [
        event(
            "RRULE:FREQ=DAILY", start=f":20270118T{hour:02}{minute:02}00Z",
            end=f":20270118T{hour:02}{minute + 1:02}00Z",
        ).replace("UID:1", f"UID:{hour}.{minute}")
        for hour in range(12)
        for minute in (0, 10, 30)
    ]  # fmt: skip
    with pytest.raises(UnusableInputError) as error:
        busy_times_in("a.ics", calendar(*often), OWNER, FIRST, LAST)
    assert {fault.message.code for fault in error.value.faults} == {  # type: ignore[union-attr]
        facts.TOO_MANY_BUSY_TIMES.code
    }
