"""Parses calendars' answers (iTIP, RFC 5546): a reply or counter-proposal for one event.

The parser tolerates a missing METHOD if the MIME part names one, a missing ORGANIZER (outlook.com),
alarms (Google), and addresses that begin with `MAILTO:`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from icalendar import Calendar, Component, vCalAddress

from api.replies.reading.limits import (
    MAX_CALENDAR_BYTES,
    MAX_COMPONENTS,
    stored_line,
    stored_text,
)
from api.replies.reading.mail_structure import Part
from coach.cycle import MAX_YEAR, MIN_YEAR

CALENDAR_TYPES = ("text/calendar", "application/ics")
_MAX_SEQUENCE = 2**31 - 1


class AnswerMethod(StrEnum):
    """The iTIP methods of an attendee's answer."""

    REPLY = "REPLY"
    COUNTER = "COUNTER"


class Participation(StrEnum):
    """The participation status (PARTSTAT) in an answer; `OTHER` is not an answer."""

    ACCEPTED = "ACCEPTED"
    DECLINED = "DECLINED"
    TENTATIVE = "TENTATIVE"
    DELEGATED = "DELEGATED"
    OTHER = "OTHER"


@dataclass(frozen=True, slots=True)
class Attendee:
    """An attendee in an answer. The address is in lower case, without `mailto:`.

    `sent_by` is the address of the aide who answered on the attendee's behalf, and `delegate` that
    of the person who attends instead.
    """

    address: str
    participation: Participation
    sent_by: str = ""
    delegate: str = ""


@dataclass(frozen=True, slots=True)
class CalendarAnswer:
    """An answer to one event.

    Attributes:
        organiser: the address of the organiser, or empty.
        stamp: when the answer was made, according to the sender's clock; `None` if unknown.
        start: the start of the event; for a counter-proposal, the proposed start. `None` if it has
            no time zone.
    """

    method: AnswerMethod
    uid: str
    attendees: tuple[Attendee, ...]
    organiser: str
    sequence: int
    stamp: datetime | None
    start: datetime | None
    end: datetime | None
    comment: str
    product: str


class UnreadableCalendarError(ValueError):
    """The calendar object is too large, invalid, or does not contain exactly one event."""


def calendar_answer(part: Part) -> CalendarAnswer | None:
    """Return the answer in a MIME part, or `None` if it has another method, such as a request.

    Raises:
        UnreadableCalendarError: the calendar object cannot be read.
    """
    if len(part.content) > MAX_CALENDAR_BYTES or part.content.count(b"BEGIN:") > MAX_COMPONENTS:
        raise UnreadableCalendarError
    try:
        calendar = Calendar.from_ical(part.text.lstrip("\ufeff \r\n"))
        method = str(calendar.get("METHOD") or part.method).strip().upper()
        if method not in {*AnswerMethod}:
            return None
        (event,) = (one for one in calendar.subcomponents if one.name == "VEVENT")
        return _answer(AnswerMethod(method), event, str(calendar.get("PRODID") or ""))
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        raise UnreadableCalendarError from error


def _answer(method: AnswerMethod, event: Component, product: str) -> CalendarAnswer:
    attendees = event.get("ATTENDEE", [])
    each = attendees if isinstance(attendees, list) else [attendees]
    return CalendarAnswer(
        method=method,
        uid=stored_line(str(event["UID"]), 200),
        attendees=tuple(_attendee(one) for one in each[:MAX_COMPONENTS]),
        organiser=_address(event.get("ORGANIZER")),
        sequence=_sequence(event.get("SEQUENCE")),
        stamp=_instant(event.get("DTSTAMP")),
        start=_instant(event.get("DTSTART")),
        end=_instant(event.get("DTEND")),
        comment=_comment(event.get("COMMENT")),
        product=stored_line(product, 100),
    )


def _attendee(value: vCalAddress) -> Attendee:
    parameters = value.params
    written = str(parameters.get("PARTSTAT", "")).upper()
    known = written in {*Participation}
    return Attendee(
        address=_address(value),
        participation=Participation(written) if known else Participation.OTHER,
        sent_by=_address(parameters.get("SENT-BY")),
        delegate=_address(parameters.get("DELEGATED-TO")),
    )


def _address(value: Any) -> str:  # noqa: ANN401 - a property, a parameter, or a list of them
    first = value[0] if isinstance(value, list | tuple) and value else value
    text = stored_line(str(first or "")).strip(' "').casefold()
    return text.removeprefix("mailto:").strip()


def _sequence(value: Any) -> int:  # noqa: ANN401 - a property
    number = int(value or 0)
    if not 0 <= number <= _MAX_SEQUENCE:
        raise ValueError(number)
    return number


def _instant(value: Any) -> datetime | None:  # noqa: ANN401 - a property
    instant = getattr(value, "dt", None)
    if not isinstance(instant, datetime) or instant.tzinfo is None:
        return None
    if not MIN_YEAR <= instant.year <= MAX_YEAR:  # outside any cycle
        return None
    return instant.astimezone(UTC)


def _comment(value: Any) -> str:  # noqa: ANN401 - a property, or a list of them
    each = value if isinstance(value, list) else [value]
    return stored_text("\n".join(str(one) for one in each[:MAX_COMPONENTS] if one))
