"""Renders the organiser's refusal of a counter-proposal (RFC 5546, 3.2.8)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event, vCalAddress

from api.calendar.ics import common_name
from api.calendar.recipient import Recipient
from api.calendar.wording import PRODUCT, summary
from api.organisation import Organisation
from coach.invitations import Invitation
from coach.texts.renderer import Renderer

DECLINE_COUNTER = "DECLINECOUNTER"


def decline_counter_bytes(
    invitation: Invitation,
    sequence: int,
    recipient: Recipient,
    deployment: Organisation,
    texts: Renderer,
    *,
    stamp: datetime,
) -> bytes:
    """Render the refusal of `recipient`'s counter-proposal; the event keeps its time.

    `sequence` is the SEQUENCE of the event. Equal arguments produce equal bytes.
    """
    organiser = recipient.organiser or deployment.organiser_address
    event = Event()
    event.add("uid", invitation.uid)
    event.add("dtstamp", stamp.astimezone(UTC))
    if invitation.first_day is None or invitation.last_day is None:
        event.add("dtstart", invitation.start.astimezone(UTC))
        event.add("dtend", invitation.end.astimezone(UTC))
    else:
        event.add("dtstart", invitation.first_day)
        event.add("dtend", invitation.last_day + timedelta(days=1))
    event.add("summary", summary(invitation, deployment, texts))
    event.add("sequence", sequence)
    event.add("class", "PRIVATE")
    name = common_name(deployment.organiser_name)
    event.add("organizer", vCalAddress.new(organiser, cn=name))
    event.add("attendee", vCalAddress.new(recipient.address, cn=common_name(recipient.name)))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", DECLINE_COUNTER)
    calendar.add_component(event)
    return bytes(calendar.to_ical())
