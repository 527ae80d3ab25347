"""Calendar objects of invitations and cancellations (RFC 5545, RFC 5546)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import vobject
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ical.calendar_stream import IcsCalendarStream

from api.calendar.eml import eml_bytes
from api.calendar.ics import common_name, ics_bytes
from api.calendar.recipient import Recipient
from api.organisation import Organisation
from coach.invitations import Invitation, Message, Method, PartStat
from coach.sessions import SessionMode
from tests.texts import ENGLISH

HOUSE = Organisation()


def properties(lines: list[str], name: str) -> list[str]:
    return [line for line in lines if line.split(":")[0].split(";")[0] == name]


def test_a_request_contains_all_required_properties(
    message: Message, recipient: Recipient, check_bytes: Callable[[bytes], list[str]]
) -> None:
    lines = check_bytes(ics_bytes(message, recipient, HOUSE, ENGLISH))
    before_event = lines[: lines.index("BEGIN:VEVENT")]
    assert "METHOD:REQUEST" in before_event
    assert not properties(before_event, "UID"), "clients mistake a calendar's UID for an event's"
    for line in (
        "UID:0f3a5c9e",
        "DTSTAMP:20270104T080030Z",
        "DTSTART:20270705T070000Z",
        "DTEND:20270705T083000Z",
        "SUMMARY:Coaching session 2 of 6",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "CLASS:PRIVATE",
        'ORGANIZER;CN="Coaching office":mailto:coaching@example.org',
        "TRIGGER:-P1D",
        "ACTION:DISPLAY",
    ):
        assert lines.count(line) == 1, line
    (attendee,) = properties(lines, "ATTENDEE")
    for parameter in ("ROLE=REQ-PARTICIPANT", "PARTSTAT=NEEDS-ACTION", "RSVP=TRUE"):
        assert parameter in attendee
    assert attendee.endswith(":mailto:ana@example.org")
    assert lines.count("BEGIN:VALARM") == 1
    assert not properties(lines, "LOCATION")


def test_a_cancellation_requests_no_reply_and_has_no_alarm(
    make_message: Callable[..., Message],
    recipient: Recipient,
    check_bytes: Callable[[bytes], list[str]],
) -> None:
    cancel = make_message(Method.CANCEL, sequence=3)
    lines = check_bytes(ics_bytes(cancel, recipient, HOUSE, ENGLISH))
    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "SEQUENCE:3"} <= set(lines)
    assert "BEGIN:VALARM" not in lines
    (attendee,) = properties(lines, "ATTENDEE")
    assert "RSVP" not in attendee
    assert properties(lines, "ORGANIZER")


def test_an_online_session_contains_its_link(
    make_message: Callable[..., Message],
    recipient: Recipient,
    check_bytes: Callable[[bytes], list[str]],
) -> None:
    link = "https://meet.example.org/" + "a" * 90
    lines = check_bytes(ics_bytes(make_message(join_link=link), recipient, HOUSE, ENGLISH))
    assert f"URL:{link}" in lines
    (conference,) = properties(lines, "CONFERENCE")
    assert "VALUE=URI" in conference
    assert conference.endswith(f":{link}")


def test_the_title_contains_the_programme_only_if_configured(
    message: Message, recipient: Recipient
) -> None:
    named = Organisation(programme_name="Gender Coach Programme", alarm_lead=timedelta(hours=2))
    assert b"ender" not in ics_bytes(message, recipient, HOUSE, ENGLISH)
    text = ics_bytes(message, recipient, named, ENGLISH)
    assert b"SUMMARY:Gender Coach Programme: Coaching session 2 of 6\r\n" in text
    assert b"TRIGGER:-PT2H\r\n" in text


def test_strict_parsers_accept_the_object(message: Message, recipient: Recipient) -> None:
    text = ics_bytes(message, recipient, HOUSE, ENGLISH).decode()
    start = datetime(2027, 7, 5, 7, 0, tzinfo=UTC)
    calendar = IcsCalendarStream.calendar_from_ics(text)
    (event,) = calendar.events
    assert (event.uid, event.dtstart, event.dtend) == (
        "0f3a5c9e",
        start,
        start + timedelta(minutes=90),
    )
    assert event.attendees[0].common_name == "Ana Anči Žižek-Đorđević"
    component = vobject.readOne(text)
    component.vevent.dtstart.transformToNative()
    assert component.vevent.dtstart.value == start
    assert component.vevent.valarm.trigger.value == timedelta(days=-1)


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ('Ana "Anči" Žižek', "Ana Anči Žižek"),
        ("Eve\r\nATTENDEE:mailto:eve@example.org", "Eve ATTENDEE:mailto:eve@example.org"),
        ("  two   spaces\t", "two spaces"),
    ],
)
def test_names_cannot_add_properties(name: str, clean: str) -> None:
    assert common_name(name) == clean


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=120),
    number=st.integers(1, 20),
    minute=st.integers(0, 60 * 24 * 365),
    zone=st.sampled_from(["Europe/Belgrade", "Africa/Nairobi", "Asia/Kathmandu"]),
)
def test_any_name_and_time_result_in_a_valid_object(
    check_bytes: Callable[[bytes], list[str]], name: str, number: int, minute: int, zone: str
) -> None:
    start = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    local = start.astimezone(ZoneInfo(zone))
    message = Message(
        method=Method.REQUEST,
        invitation=Invitation(
            uid="u", number=number, count=20, start=local, end=local + timedelta(hours=1)
        ),
        sequence=0,
        stamp=local,
        asks_again=True,
    )
    recipient = Recipient(name, "someone@example.org", ZoneInfo(zone))
    lines = check_bytes(ics_bytes(message, recipient, HOUSE, ENGLISH))
    assert f"DTSTART:{start:%Y%m%dT%H%M%SZ}" in lines
    assert len(properties(lines, "ATTENDEE")) == 1


def test_the_organiser_of_a_recipient_stands_in_the_calendar_object_and_in_the_email(
    message: Message, recipient: Recipient, check_bytes: Callable[[bytes], list[str]]
) -> None:
    token = "0123456789abcdef" * 2
    house = HOUSE.model_copy(update={"organiser_tokens": True})
    address = house.organiser_for(token)
    own = replace(recipient, organiser=address)
    calendar = ics_bytes(message, own, house, ENGLISH)
    (organiser,) = properties(check_bytes(calendar), "ORGANIZER")
    assert organiser.endswith(f":mailto:coaching+{token}@example.org")
    mail = eml_bytes(message, own, house, ENGLISH, calendar=calendar, reply_token=token)
    assert f"<{address}>".encode() in mail.partition(b"\r\nTo:")[0]


def test_an_organiser_without_tokens_is_the_address_of_the_deployment() -> None:
    assert HOUSE.organiser_for("0" * 32) == HOUSE.organiser_address


def test_mode_stands_for_the_place_unless_one_is_set(
    make_message: Callable[..., Message], recipient: Recipient
) -> None:
    def location(**changes: object) -> list[str]:
        calendar = ics_bytes(make_message(**changes), recipient, HOUSE, ENGLISH)
        return [line for line in calendar.decode().splitlines() if line.startswith("LOCATION")]

    assert location() == location(mode=SessionMode.IN_PERSON) == []
    assert location(mode=SessionMode.PHONE) == ["LOCATION:By phone"]
    assert location(mode=SessionMode.ONLINE, place="Hall, room 4") == ["LOCATION:Hall\\, room 4"]


def test_answer_is_repeated_without_asking_and_counter_is_refused_only_if_set(
    message: Message, recipient: Recipient
) -> None:
    update = {"partstat": PartStat.ACCEPTED, "asks_again": False, "refuses_counter": True}
    answered = ics_bytes(message.model_copy(update=update), recipient, HOUSE, ENGLISH)
    assert b"PARTSTAT=ACCEPTED" in answered
    assert b"RSVP" not in answered
    assert b"X-MICROSOFT-DISALLOW-COUNTER:TRUE\r\n" in answered
    assert b"COUNTER" not in ics_bytes(message, recipient, HOUSE, ENGLISH)
