"""The child process of `busy_times`: receives a calendar and sends its busy times as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar
import recurring_ical_events
from icalendar import Component

from api.child_processes.channel import Channel

NOT_READABLE, TOO_MANY, TOO_LONG = "not readable", "too many", "too long"
_MAX_OCCURRENCES = 20_000
_MAX_DURATION = timedelta(days=366)
_ONE_DAY = timedelta(days=1)
_FREE_TYPES = {"FREE"}
_FREE_STATUSES = {"FREE", "WORKINGELSEWHERE"}

Interval = tuple[datetime, datetime]
DayPart = tuple[str, int, int]


class _RefusedError(ValueError):
    """The calendar is refused; the message is `NOT_READABLE`, `TOO_MANY` or `TOO_LONG`."""


def build_response(text: str, zone: str, first: date, last: date) -> dict[str, object]:
    """Return the busy times as `{"busy": [[day, start_minute, end_minute], …]}`, or `{"error": …}`.

    Days and minutes are local to `zone`; intervals that cross midnight are split at midnight.
    """
    local = ZoneInfo(zone)
    try:
        calendars = icalendar.Calendar.from_ical(text, multiple=True)
        found = [one for calendar in calendars for one in _busy(calendar, local, first, last)]
    except _RefusedError as refused:
        return {"error": str(refused)}
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError):
        return {"error": NOT_READABLE}  # the libraries do not validate their input
    parts = {part for begin, end in found for part in _day_parts(begin, end, local)}
    wanted = sorted(part for part in parts if str(first) <= part[0] <= str(last))
    return {"busy": wanted}


def _busy(calendar: Component, zone: ZoneInfo, first: date, last: date) -> Iterator[Interval]:
    _drop_unknown_zone(calendar)
    for event in calendar.walk("VEVENT"):
        _check_duration(event)
    begin, end = (datetime.combine(day, time(), zone) for day in (first, last + _ONE_DAY))
    for number, event in enumerate(recurring_ical_events.of(calendar).between(begin, end)):
        if number >= _MAX_OCCURRENCES:
            raise _RefusedError(TOO_MANY)
        if _is_busy(event):
            yield _instant(event["DTSTART"].dt, zone), _instant(event["DTEND"].dt, zone)
    for component in calendar.walk("VFREEBUSY"):
        yield from _periods(component, zone, begin, end)


def _drop_unknown_zone(calendar: Component) -> None:
    """Remove `X-WR-TIMEZONE` if its zone is unknown, so that the calendar can be expanded."""
    try:
        ZoneInfo(str(calendar.get("X-WR-TIMEZONE", "UTC")))
    except (ValueError, ZoneInfoNotFoundError, OSError):
        calendar.pop("X-WR-TIMEZONE")


def _check_duration(event: Component) -> None:
    begin, end = (event.get(name) for name in ("DTSTART", "DTEND"))
    if begin is None:
        raise _RefusedError(NOT_READABLE)
    if end is not None and _instant(end.dt, UTC) - _instant(begin.dt, UTC) > _MAX_DURATION:
        raise _RefusedError(TOO_LONG)
    duration = event.get("DURATION")
    if duration is not None and abs(duration.dt) > _MAX_DURATION:
        raise _RefusedError(TOO_LONG)


def _is_busy(event: Component) -> bool:
    """Return whether an event makes its owner busy; cancelled, declined and free events do not."""
    return (
        str(event.get("STATUS", "")).upper() != "CANCELLED"
        and str(event.get("TRANSP", "")).upper() != "TRANSPARENT"
        and str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() not in _FREE_STATUSES
        and "X-DECLINED" not in event
    )


def _periods(
    component: Component, zone: ZoneInfo, begin: datetime, end: datetime
) -> Iterator[Interval]:
    """Yield the busy periods of a `VFREEBUSY` component that overlap `[begin, end)`."""
    listed = component.get("FREEBUSY", [])
    for number, one in enumerate(listed if isinstance(listed, list) else [listed]):
        if number >= _MAX_OCCURRENCES:
            raise _RefusedError(TOO_MANY)
        if str(one.params.get("FBTYPE", "BUSY")).upper() in _FREE_TYPES:
            continue
        start, stop = one.dt
        stop = start + stop if isinstance(stop, timedelta) else stop
        start, stop = _instant(start, zone), _instant(stop, zone)
        if stop - start > _MAX_DURATION:
            raise _RefusedError(TOO_LONG)
        if start < end and stop > begin:
            yield start, stop


def _instant(moment: date, zone: tzinfo) -> datetime:
    """Return `moment` as an aware datetime.

    A date becomes midnight in `zone`, and a floating time is taken to be in `zone`.
    """
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time(), zone)
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)


def _day_parts(begin: datetime, end: datetime, zone: ZoneInfo) -> Iterator[DayPart]:
    """Yield the parts of an interval on each local day, rounded outwards to whole minutes."""
    start, stop = begin.astimezone(zone), end.astimezone(zone)
    day = start.date()
    while day <= stop.date():
        low = start.hour * 60 + start.minute if day == start.date() else 0
        high = 24 * 60
        if day == stop.date():
            high = stop.hour * 60 + stop.minute + (1 if stop.second or stop.microsecond else 0)
            if high < low and end > begin:  # in the repeated hour of a clock change
                low, high = high, low
        if low < high:
            yield str(day), low, high
        day += _ONE_DAY


def serve(channel: Channel) -> None:
    """Receive the zone and the dates as JSON, then the calendar, and send the response."""
    request = json.loads(channel.receive())
    first, last = (date.fromisoformat(request[name]) for name in ("first", "last"))
    response = build_response(channel.receive().decode(), request["zone"], first, last)
    channel.send(json.dumps(response).encode())
