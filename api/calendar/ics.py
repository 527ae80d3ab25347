"""Calendar objects: one message to one recipient as the bytes of an `.ics` file.

Times are in UTC, so that no reader has to understand a time zone definition.
"""

from __future__ import annotations

from datetime import UTC

from icalendar import Alarm, Calendar, Event, vCalAddress, vUri

from api.calendar.recipient import Recipient
from api.calendar.wording import PRODUCT, summary
from api.deployment import Deployment
from coach.invitations import Message, Method


def ics_bytes(message: Message, recipient: Recipient, deployment: Deployment) -> bytes:
    """`message` as a calendar object of RFC 5546 with `recipient` as its only attendee.

    Equal arguments give equal bytes: lines of at most 75 octets, ended by CR LF.
    """
    event = _event(message, deployment)
    event.add("organizer", _organizer(deployment))
    event.add("attendee", _attendee(recipient, message.method))
    if message.method is Method.REQUEST:
        event.add_component(_alarm(message, deployment))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", message.method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _event(message: Message, deployment: Deployment) -> Event:
    invitation = message.invitation
    event = Event()
    event.add("uid", invitation.uid)
    event.add("dtstamp", message.stamp.astimezone(UTC))
    event.add("dtstart", invitation.start.astimezone(UTC))
    event.add("dtend", invitation.end.astimezone(UTC))
    event.add("summary", summary(invitation, deployment))
    event.add("sequence", message.sequence)
    event.add("status", message.status.value)
    event.add("class", "PRIVATE")
    if invitation.join_link:
        event.add("url", vUri(invitation.join_link))
        conference = vUri(invitation.join_link)
        conference.params.update({"VALUE": "URI", "FEATURE": "VIDEO"})
        event.add("conference", conference)
    return event


def _organizer(deployment: Deployment) -> vCalAddress:
    return vCalAddress.new(deployment.organiser_address, cn=common_name(deployment.organiser_name))


def _attendee(recipient: Recipient, method: Method) -> vCalAddress:
    name = common_name(recipient.name)
    if method is Method.CANCEL:  # nothing is asked of anybody
        return vCalAddress.new(recipient.address, cn=name, role="REQ-PARTICIPANT")
    return vCalAddress.new(
        recipient.address,
        cn=name,
        role="REQ-PARTICIPANT",
        partstat="NEEDS-ACTION",
        rsvp=True,  # without it clients show no buttons
    )


def _alarm(message: Message, deployment: Deployment) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary(message.invitation, deployment))
    alarm.add("trigger", -deployment.alarm_lead)
    return alarm


def common_name(name: str) -> str:
    """`name` as a parameter can hold it: double quotes and control characters have no place."""
    readable = "".join(" " if ord(sign) < ord(" ") else sign for sign in name)
    return " ".join(readable.replace('"', "").replace("\x7f", " ").split())
