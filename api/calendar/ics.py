"""Renders messages as calendar objects (iTIP, RFC 5546), the content of `.ics` files.

Times are in UTC, so that clients need no time zone definitions. Values that need neither escaping
nor special folding are written directly; `api.calendar.icalendar_lines` renders all others.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple

from api.calendar.facts import MODE, WITH
from api.calendar.mail_headers import PLAIN_ADDRESS
from api.calendar.recipient import Recipient
from api.calendar.text_pattern import TextPattern
from api.calendar.wording import PRODUCT, summary
from api.organisation import Organisation
from coach.invitations import Invitation, Message, Method, PartStat, Status
from coach.sessions import SessionMode
from coach.texts.renderer import Renderer

_WITHOUT_PLACE = {SessionMode.ONLINE, SessionMode.PHONE}
_PLAIN_UID = re.compile(r"[A-Za-z0-9@._-]{1,64}")  # needs neither escaping nor folding
_PLAIN_TITLE = re.compile(r"[A-Za-z0-9]+(?: [A-Za-z0-9]+)*")
_MAX_PLAIN_TITLE = 60  # fits in a line
_PLAIN_NAME = re.compile(r"[A-Za-z0-9-]+(?: [A-Za-z0-9-]+)*")
_FOLDED_AT = 74  # octets, as icalendar folds lines
_DAY = timedelta(days=1)
_PLACEHOLDERS = {
    b"\nUID:nobody\r": "uid",
    b"\nDTSTART:20000101T000000Z\r": "start",
    b"\nDTEND:20000102T000000Z\r": "end",
    b"\nORGANIZER:mailto:nobody\r": "organiser",
    b"\nATTENDEE:mailto:nobody\r": "attendee",
    b"\nX-DETAILS:none\r": "details",
}
"""The placeholder lines for the values that differ between messages, and their names."""


class SharedProperties(NamedTuple):
    """The properties of a message that it shares with many others; see `Message`."""

    method: Method
    sequence: int
    stamp: datetime
    status: Status
    refuses_counter: bool

    @classmethod
    def of(cls, message: Message) -> SharedProperties:
        """Return the shared properties of a message."""
        return cls(
            message.method,
            message.sequence,
            message.stamp,
            message.status,
            message.refuses_counter,
        )


def ics_bytes(
    message: Message, recipient: Recipient, deployment: Organisation, texts: Renderer
) -> bytes:
    """Render `message` as a calendar object (RFC 5546) with `recipient` as the only attendee.

    Equal arguments produce equal bytes. Lines have at most 75 octets and end with CRLF.
    """
    invitation = message.invitation
    organiser = recipient.organiser or deployment.organiser_address
    title = summary(invitation, deployment, texts)
    pattern = _pattern(SharedProperties.of(message), title, deployment.alarm_lead)
    partstat = message.partstat if message.method is Method.REQUEST else None
    role = "REQ-PARTICIPANT" if invitation.is_required else "OPT-PARTICIPANT"
    attendee = _attendee_lines(common_name(recipient.name), recipient.address, partstat, role)
    start, end = _time_lines(invitation)
    return pattern.fill(
        {
            "uid": _uid_lines(invitation.uid),
            "start": start,
            "end": end,
            "organiser": _organiser_lines(common_name(deployment.organiser_name), organiser),
            "attendee": attendee,
            "details": _detail_lines(*_details(invitation, texts)),
        }
    )


@lru_cache(maxsize=256)
def _pattern(shared: SharedProperties, title: str, alarm_lead: timedelta) -> TextPattern:
    """Return the calendar object with `_PLACEHOLDERS` for the values that differ between messages.

    The result is cached, because most objects differ only in these lines.
    """
    plain_title = len(title) <= _MAX_PLAIN_TITLE and _PLAIN_TITLE.fullmatch(title)
    if plain_title and alarm_lead >= _DAY and not alarm_lead % _DAY:
        return TextPattern(_plain_object(shared, title, alarm_lead // _DAY), _PLACEHOLDERS)
    from api.calendar import icalendar_lines  # noqa: PLC0415 - slow, and mostly not needed

    return TextPattern(icalendar_lines.calendar_object(shared, title, alarm_lead), _PLACEHOLDERS)


def _plain_object(shared: SharedProperties, title: str, alarm_days: int) -> bytes:
    """Build a calendar object with placeholders, without using the icalendar library."""
    is_request = shared.method is Method.REQUEST
    alarm = (
        *("BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}"),
        *(f"TRIGGER:-P{alarm_days}D", "END:VALARM"),
    )
    lines = (
        *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"METHOD:{shared.method.value}"),
        *("BEGIN:VEVENT", f"SUMMARY:{title}"),
        *("DTSTART:20000101T000000Z", "DTEND:20000102T000000Z"),
        f"DTSTAMP:{utc_bytes(shared.stamp).decode()}",
        *("UID:nobody", f"SEQUENCE:{shared.sequence}", "ATTENDEE:mailto:nobody"),
        *("CLASS:PRIVATE", "ORGANIZER:mailto:nobody", f"STATUS:{shared.status.value}"),
        "X-DETAILS:none",
        *(("X-MICROSOFT-DISALLOW-COUNTER:TRUE",) if is_request and shared.refuses_counter else ()),
        *(alarm if is_request else ()),
        *("END:VEVENT", "END:VCALENDAR", ""),
    )
    return "\r\n".join(lines).encode()


def utc_bytes(instant: datetime) -> bytes:
    """Return an instant as a DATE-TIME in UTC (RFC 5545), such as `20270127T080000Z`."""
    text = instant.astimezone(UTC).isoformat(timespec="seconds")  # faster than strftime
    return f"{text[:19].replace('-', '').replace(':', '')}Z".encode()


_cached_utc_bytes = lru_cache(maxsize=4096)(utc_bytes)  # both participants of a session


def _uid_lines(uid: str) -> bytes:
    if _PLAIN_UID.fullmatch(uid):
        return b"\nUID:%b\r" % uid.encode()
    from api.calendar import icalendar_lines  # noqa: PLC0415 - as above

    return icalendar_lines.uid_lines(uid)


def _time_lines(invitation: Invitation) -> tuple[bytes, bytes]:
    """Return the start and end: instants in UTC, or dates for an all-day event.

    An all-day event ends on the day after its last day (RFC 5545, section 3.6.1).
    """
    first, last = invitation.first_day, invitation.last_day
    if first is None or last is None:
        start, end = _cached_utc_bytes(invitation.start), _cached_utc_bytes(invitation.end)
        return b"\nDTSTART:%b\r" % start, b"\nDTEND:%b\r" % end
    after = last + timedelta(days=1)
    start, end = (f"{day:%Y%m%d}".encode() for day in (first, after))
    return b"\nDTSTART;VALUE=DATE:%b\r" % start, b"\nDTEND;VALUE=DATE:%b\r" % end


def _details(invitation: Invitation, texts: Renderer) -> tuple[str, str, str]:
    """Return an invitation's location, description and link, all of which aides can read."""
    mode = texts.text(MODE[invitation.mode]) if invitation.mode in _WITHOUT_PLACE else ""
    name = invitation.with_name
    description = texts.text(WITH(name=common_name(name))) if name else ""
    return invitation.place or mode, description, invitation.join_link or ""


@lru_cache(maxsize=4096)
def _detail_lines(location: str, description: str, join_link: str) -> bytes:
    """Return the serialised properties for place, link and people, or nothing if there are none."""
    if not (location or description or join_link):
        return b""
    from api.calendar import icalendar_lines  # noqa: PLC0415 - as above

    return icalendar_lines.detail_lines(location, description, join_link)


@lru_cache(maxsize=4096)
def _organiser_lines(name: str, address: str) -> bytes:
    """Return the serialised ORGANIZER property."""
    if _PLAIN_NAME.fullmatch(name) and PLAIN_ADDRESS.fullmatch(address):
        return _folded(f"ORGANIZER;CN={_quoted(name)}:mailto:{address}")
    from api.calendar import icalendar_lines  # noqa: PLC0415 - as above

    return icalendar_lines.organiser_lines(name, address)


@lru_cache(maxsize=4096)
def _attendee_lines(name: str, address: str, partstat: PartStat | None, role: str) -> bytes:
    """Return the serialised ATTENDEE property, with no PARTSTAT in cancellations."""
    if _PLAIN_NAME.fullmatch(name) and PLAIN_ADDRESS.fullmatch(address):
        answer = "" if partstat is None else f";PARTSTAT={partstat.value}"
        rsvp = ";RSVP=TRUE" if partstat is PartStat.NEEDS_ACTION else ""
        parameters = f"CN={_quoted(name)}{answer};ROLE={role}{rsvp}"
        return _folded(f"ATTENDEE;{parameters}:mailto:{address}")
    from api.calendar import icalendar_lines  # noqa: PLC0415 - as above

    return icalendar_lines.attendee_lines(name, address, partstat, role)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _folded(line: str) -> bytes:
    """Fold an ASCII line, and return it from the preceding LF to the last CR."""
    pieces = (line[at : at + _FOLDED_AT] for at in range(0, len(line), _FOLDED_AT))
    return b"\n%b\r" % "\r\n ".join(pieces).encode()


@lru_cache(maxsize=4096)
def common_name(name: str) -> str:
    """Return `name` as a CN parameter value, without double quotes or control characters."""
    readable = "".join(" " if ord(character) < ord(" ") else character for character in name)
    return " ".join(readable.replace('"', "").replace("\x7f", " ").split())
