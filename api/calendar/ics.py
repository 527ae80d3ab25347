"""Renders messages as calendar objects (iTIP, RFC 5546), the content of `.ics` files.

Times are in UTC, so that clients need no time zone definitions.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

from icalendar import Alarm, Calendar, Event, vCalAddress, vUri

from api.calendar.facts import MODE, WITH
from api.calendar.recipient import Recipient
from api.calendar.text_pattern import TextPattern
from api.calendar.wording import PRODUCT, summary
from api.organisation import Organisation
from coach.invitations import Invitation, Message, Method, PartStat
from coach.sessions import SessionMode
from coach.texts.renderer import Renderer

_WITHOUT_PLACE = {SessionMode.ONLINE, SessionMode.PHONE}
_PLAIN_UID = re.compile(r"[A-Za-z0-9@._-]{1,64}")  # needs neither escaping nor folding
_GAPS = {
    b"\nUID:nobody\r": "uid",
    b"\nDTSTART:20000101T000000Z\r": "start",
    b"\nDTEND:20000102T000000Z\r": "end",
    b"\nORGANIZER:mailto:nobody\r": "organiser",
    b"\nATTENDEE:mailto:nobody\r": "attendee",
    b"\nX-DETAILS:none\r": "details",
}
"""The lines that differ between messages, with their placeholders in a pattern."""


def ics_bytes(
    message: Message, recipient: Recipient, deployment: Organisation, texts: Renderer
) -> bytes:
    """Render `message` as a calendar object (RFC 5546) with `recipient` as the only attendee.

    Equal arguments produce equal bytes. Lines have at most 75 octets and end with CRLF.
    """
    invitation = message.invitation
    organiser = recipient.organiser or deployment.organiser_address
    title = summary(invitation, deployment, texts)
    shared = _without_session(message)
    pattern = _pattern(shared, title, deployment.alarm_lead)
    partstat = message.partstat if message.method is Method.REQUEST else None
    attendee = _attendee_lines(common_name(recipient.name), recipient.address, partstat)
    return pattern.fill(
        {
            "uid": _uid_lines(invitation.uid),
            "start": b"\nDTSTART:%b\r" % utc_bytes(invitation.start),
            "end": b"\nDTEND:%b\r" % utc_bytes(invitation.end),
            "organiser": _organiser_lines(common_name(deployment.organiser_name), organiser),
            "attendee": attendee,
            "details": _detail_lines(*_details(invitation, texts)),
        }
    )


def _without_session(message: Message) -> Message:
    """Return the message with placeholders for what differs between sessions, as in `_GAPS`."""
    return _placeholder_message(
        message.method, message.sequence, message.stamp, message.refuses_counter
    )


@lru_cache(maxsize=256)
def _placeholder_message(
    method: Method, sequence: int, stamp: datetime, refuses_counter: bool
) -> Message:
    invitation = Invitation(
        uid="nobody",
        number=1,
        count=1,
        start=datetime(2000, 1, 1, tzinfo=UTC),
        end=datetime(2000, 1, 2, tzinfo=UTC),
    )
    return Message(
        method=method,
        invitation=invitation,
        sequence=sequence,
        stamp=stamp,
        asks_again=False,
        refuses_counter=refuses_counter,
    )


@lru_cache(maxsize=256)
def _pattern(message: Message, title: str, alarm_lead: timedelta) -> TextPattern:
    """Return the calendar object with gaps for the uid, the times, the organiser and the attendee.

    The result is cached, because serialisation takes most of the time and most objects differ only
    in these lines.
    """
    event = _event(message, title)
    event.add("organizer", vCalAddress("mailto:nobody"))
    event.add("attendee", vCalAddress("mailto:nobody"))
    if message.method is Method.REQUEST:
        event.add_component(_alarm(title, alarm_lead))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", message.method.value)
    calendar.add_component(event)
    return TextPattern(bytes(calendar.to_ical()), _GAPS)


def utc_bytes(instant: datetime) -> bytes:
    """Return an instant as a DATE-TIME in UTC (RFC 5545), such as `20270127T080000Z`."""
    text = instant.astimezone(UTC).isoformat(timespec="seconds")  # faster than strftime
    return f"{text[:19].replace('-', '').replace(':', '')}Z".encode()


def _uid_lines(uid: str) -> bytes:
    if _PLAIN_UID.fullmatch(uid):
        return b"\nUID:%b\r" % uid.encode()
    alone = Event()
    alone.add("uid", uid)
    return _lines(alone)


def _lines(alone: Event) -> bytes:
    """Return the serialised properties of an event, from the preceding LF to the last CR."""
    return bytes(alone.to_ical()).removeprefix(b"BEGIN:VEVENT\r").removesuffix(b"\nEND:VEVENT\r\n")


def _event(message: Message, title: str) -> Event:
    invitation = message.invitation
    event = Event()
    event.add("uid", invitation.uid)
    event.add("dtstamp", message.stamp.astimezone(UTC))
    event.add("dtstart", invitation.start.astimezone(UTC))
    event.add("dtend", invitation.end.astimezone(UTC))
    event.add("summary", title)
    event.add("sequence", message.sequence)
    event.add("status", message.status.value)
    event.add("class", "PRIVATE")
    event.add("x-details", "none")
    if message.refuses_counter and message.method is Method.REQUEST:
        event.add("x-microsoft-disallow-counter", "TRUE")
    return event


def _details(invitation: Invitation, texts: Renderer) -> tuple[str, str, str]:
    """Return the location, description and link of a session, all of which aides can read."""
    mode = texts.text(MODE[invitation.mode]) if invitation.mode in _WITHOUT_PLACE else ""
    name = invitation.with_name
    description = texts.text(WITH(name=common_name(name))) if name else ""
    return invitation.place or mode, description, invitation.join_link or ""


@lru_cache(maxsize=4096)
def _detail_lines(location: str, description: str, join_link: str) -> bytes:
    """Return the serialised properties that say where and with whom; empty if there are none."""
    if not (location or description or join_link):
        return b""
    alone = Event()
    if description:
        alone.add("description", description)
    if location:
        alone.add("location", location)
    if join_link:
        alone.add("url", vUri(join_link))
        conference = vUri(join_link)
        conference.params.update({"VALUE": "URI", "FEATURE": "VIDEO"})
        alone.add("conference", conference)
    return _lines(alone)


@lru_cache(maxsize=4096)
def _organiser_lines(name: str, address: str) -> bytes:
    """Return the serialised ORGANIZER property."""
    alone = Event()
    alone.add("organizer", vCalAddress.new(address, cn=name))
    return _lines(alone)


@lru_cache(maxsize=4096)
def _attendee_lines(name: str, address: str, partstat: PartStat | None) -> bytes:
    """Return the serialised ATTENDEE property; without PARTSTAT for a cancellation."""
    alone = Event()
    alone.add("attendee", _attendee(name, address, partstat))
    return _lines(alone)


def _attendee(name: str, address: str, partstat: PartStat | None) -> vCalAddress:
    answer: dict[str, Any] = {} if partstat is None else {"partstat": partstat.value}
    if partstat is PartStat.NEEDS_ACTION:
        answer["rsvp"] = True  # without this, clients show no reply buttons
    return vCalAddress.new(address, cn=name, role="REQ-PARTICIPANT", **answer)


def _alarm(title: str, lead: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -lead)
    return alarm


@lru_cache(maxsize=4096)
def common_name(name: str) -> str:
    """Return `name` as a CN parameter value, without double quotes and control characters."""
    readable = "".join(" " if ord(character) < ord(" ") else character for character in name)
    return " ".join(readable.replace('"', "").replace("\x7f", " ").split())
