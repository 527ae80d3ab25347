"""Calendar objects: one message to one recipient as the bytes of an `.ics` file.

Times are in UTC, so that no reader has to understand a time zone definition.
"""

from __future__ import annotations

from datetime import UTC, timedelta
from functools import lru_cache

from icalendar import Alarm, Calendar, Event, vCalAddress, vUri

from api.calendar.recipient import Recipient
from api.calendar.wording import PRODUCT, summary
from api.organisation import Organisation
from coach.invitations import Message, Method

_PLACEHOLDER_ADDRESS = "mailto:nobody"
_ATTENDEE_PLACEHOLDER = f"ATTENDEE:{_PLACEHOLDER_ADDRESS}\r\n".encode()


def ics_bytes(message: Message, recipient: Recipient, deployment: Organisation) -> bytes:
    """`message` as a calendar object of RFC 5546 with `recipient` as its only attendee.

    Equal arguments give equal bytes: lines of at most 75 octets, ended by CR LF.
    """
    skeleton = _skeleton(
        message,
        summary(message.invitation, deployment),
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
    """The calendar object but for the attendee, in whose lines a placeholder stands.

    Both people of a session are told the same, and most of the time goes into making lines.
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
    """The lines of the one attendee."""
    alone = Event()
    alone.add("attendee", _attendee(name, address, method))
    lines = bytes(alone.to_ical())
    return lines.removeprefix(b"BEGIN:VEVENT\r\n").removesuffix(b"END:VEVENT\r\n")


def _attendee(name: str, address: str, method: Method) -> vCalAddress:
    if method is Method.CANCEL:  # nothing is asked of anybody
        return vCalAddress.new(address, cn=name, role="REQ-PARTICIPANT")
    return vCalAddress.new(
        address,
        cn=name,
        role="REQ-PARTICIPANT",
        partstat="NEEDS-ACTION",
        rsvp=True,  # without it clients show no buttons
    )


def _alarm(title: str, lead: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -lead)
    return alarm


def common_name(name: str) -> str:
    """`name` as a parameter can hold it: double quotes and control characters have no place."""
    readable = "".join(" " if ord(sign) < ord(" ") else sign for sign in name)
    return " ".join(readable.replace('"', "").replace("\x7f", " ").split())
