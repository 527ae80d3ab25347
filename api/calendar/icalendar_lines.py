"""Renders calendar objects and their properties with the `icalendar` package (RFC 5545).

`api.calendar.ics` writes plain values itself and imports this module only for other values, because
importing the package takes as long as rendering all invitations of a small cycle.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from icalendar import Alarm, Calendar, Event, vCalAddress, vUri

from api.calendar.wording import PRODUCT
from coach.invitations import Method, PartStat

if TYPE_CHECKING:  # `api.calendar.ics` imports this module on demand
    from api.calendar.ics import SharedProperties


def calendar_object(shared: SharedProperties, title: str, alarm_lead: timedelta) -> bytes:
    """Return a calendar object with placeholders for the values that differ between messages.

    These are the uid and the addresses `nobody`, a time from 1 to 2 January 2000, and
    `X-DETAILS:none`.
    """
    event = Event()
    event.add("uid", "nobody")
    event.add("dtstamp", shared.stamp.astimezone(UTC))
    event.add("dtstart", datetime(2000, 1, 1, tzinfo=UTC))
    event.add("dtend", datetime(2000, 1, 2, tzinfo=UTC))
    event.add("summary", title)
    event.add("sequence", shared.sequence)
    event.add("status", shared.status.value)
    event.add("class", "PRIVATE")
    event.add("x-details", "none")
    event.add("organizer", vCalAddress("mailto:nobody"))
    event.add("attendee", vCalAddress("mailto:nobody"))
    if shared.method is Method.REQUEST:
        if shared.refuses_counter:
            event.add("x-microsoft-disallow-counter", "TRUE")
        event.add_component(_alarm(title, alarm_lead))
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", shared.method.value)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def _alarm(title: str, lead: timedelta) -> Alarm:
    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", title)
    alarm.add("trigger", -lead)
    return alarm


def uid_lines(uid: str) -> bytes:
    """Return the UID property."""
    alone = Event()
    alone.add("uid", uid)
    return _lines(alone)


def detail_lines(location: str, description: str, join_link: str) -> bytes:
    """Return the properties for place, link and people, omitting empty properties."""
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


def organiser_lines(name: str, address: str) -> bytes:
    """Return the ORGANIZER property."""
    alone = Event()
    alone.add("organizer", vCalAddress.new(address, cn=name))
    return _lines(alone)


def attendee_lines(name: str, address: str, partstat: PartStat | None, role: str) -> bytes:
    """Return the ATTENDEE property, with no PARTSTAT if `partstat` is `None` (in cancellations)."""
    answer: dict[str, Any] = {} if partstat is None else {"partstat": partstat.value}
    if partstat is PartStat.NEEDS_ACTION:
        answer["rsvp"] = True  # without this, clients show no reply buttons
    alone = Event()
    alone.add("attendee", vCalAddress.new(address, cn=name, role=role, **answer))
    return _lines(alone)


def _lines(alone: Event) -> bytes:
    """Return the serialised properties of an event, from the preceding LF to the last CR."""
    return bytes(alone.to_ical()).removeprefix(b"BEGIN:VEVENT\r").removesuffix(b"\nEND:VEVENT\r\n")
