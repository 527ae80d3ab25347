"""Renders messages as calendar objects (iTIP, RFC 5546), the content of `.ics` files.

Times are in UTC, so that clients need no time zone definitions.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Event, vCalAddress, vUri

from api.calendar.recipient import Recipient
from api.calendar.wording import PRODUCT, summary
from api.organisation import Organisation
from coach.invitations import Message, Method
from coach.texts.renderer import Renderer

_PLACEHOLDER_ADDRESS = "mailto:nobody"
_ATTENDEE_PLACEHOLDER = f"ATTENDEE:{_PLACEHOLDER_ADDRESS}\r\n".encode()


def ics_bytes(
    message: Message, recipient: Recipient, deployment: Organisation, texts: Renderer
) -> bytes:
    """Render `message` as a calendar object (RFC 5546) with `recipient` as the only attendee.

    Equal arguments produce equal bytes. Lines have at most 75 octets and end with CRLF.
    """
    skeleton = _skeleton(
        message,
        summary(message.invitation, deployment, texts),
        deployment.organiser_address,
        common_name(deployment.organiser_name),
        deployment.alarm_lead,
    )
    attendee = _attendee_lines(common_name(recipient.name), recipient.address, message.method)
    return skeleton.replace(_ATTENDEE_PLACEHOLDER, attendee)


@lru_cache(maxsize=256)
def _skeleton(
    message: Message, title: str, organiser: str, organiser_name: str, alarm_lead: timedelta
) -> bytes:
    """Return the calendar object with a placeholder for the attendee.

    The result is cached, because serialisation takes most of the time and the objects for the two
    people in a session differ only in the attendee.
    """
    event = _event(message, title)
    event.add("organizer", vCalAddress.new(organiser, cn=organiser_name))
    event.add("attendee", vCalAddress(_PLACEHOLDER_ADDRESS))
    if message.method is Method.REQUEST:
        event.add_component(_alarm(title, alarm_lead))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", message.method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


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
    if invitation.join_link:
        event.add("url", vUri(invitation.join_link))
        conference = vUri(invitation.join_link)
        conference.params.update({"VALUE": "URI", "FEATURE": "VIDEO"})
        event.add("conference", conference)
    return event


@lru_cache(maxsize=1024)
def _attendee_lines(name: str, address: str, method: Method) -> bytes:
    """Return the serialised ATTENDEE property."""
    alone = Event()
    alone.add("attendee", _attendee(name, address, method))
    lines = bytes(alone.to_ical())
    return lines.removeprefix(b"BEGIN:VEVENT\r\n").removesuffix(b"END:VEVENT\r\n")


def _attendee(name: str, address: str, method: Method) -> vCalAddress:
    if method is Method.CANCEL:  # a cancellation expects no reply
        return vCalAddress.new(address, cn=name, role="REQ-PARTICIPANT")
    return vCalAddress.new(
        address,
        cn=name,
        role="REQ-PARTICIPANT",
        partstat="NEEDS-ACTION",
        rsvp=True,  # without this, clients show no reply buttons
    )


def _alarm(title: str, lead: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -lead)
    return alarm


def common_name(name: str) -> str:
    """Return `name` as a CN parameter value, without double quotes and control characters."""
    readable = "".join(" " if ord(character) < ord(" ") else character for character in name)
    return " ".join(readable.replace('"', "").replace("\x7f", " ").split())
