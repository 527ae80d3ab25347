"""Dates and times as people read them: in words, in a named zone, the same on every machine."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)


def day_text(day: date) -> str:
    """`Wednesday 20 January 2027`."""
    return f"{_WEEKDAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"


def day_of(moment: datetime | None, zone: ZoneInfo) -> str:
    """The local day of a moment in full; nothing where there is none."""
    return "" if moment is None else day_text(moment.astimezone(zone).date())


def short_day_text(day: date) -> str:
    """`Wed 20 Jan 2027`."""
    return f"{_WEEKDAYS[day.weekday()][:3]} {day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def short_month_text(day: date) -> str:
    """`Jan 2027`."""
    return f"{_MONTHS[day.month - 1][:3]} {day.year}"


def hours_text(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """`09:00 to 10:30`, in the local time of `zone`."""
    return f"{start.astimezone(zone):%H:%M} to {end.astimezone(zone):%H:%M}"


def span_text(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """`Wednesday 20 January 2027, 09:00 to 10:30 (CET, UTC+01:00)`, in the local time of `zone`."""
    local = start.astimezone(zone)
    return f"{day_text(local.date())}, {hours_text(start, end, zone)} ({zone_text(local)})"


def short_moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """`Wed 20 Jan 2027, 09:00 CET`, in the local time of `zone`."""
    local = moment.astimezone(zone)
    return f"{short_day_text(local.date())}, {local:%H:%M} {zone_short(local)}"


def moment_text(moment: datetime, zone: ZoneInfo) -> str:
    """`Wednesday 20 January 2027, 09:00 (CET, UTC+01:00)`, in the local time of `zone`."""
    local = moment.astimezone(zone)
    return f"{day_text(local.date())}, {local:%H:%M} ({zone_text(local)})"


def zone_text(local: datetime) -> str:
    """The zone of an aware local time: `CET, UTC+01:00`, or `UTC+03:30` where it has no letters."""
    short, offset = zone_short(local), _offset(local)
    return short if short == offset else f"{short}, {offset}"


def zone_short(local: datetime) -> str:
    """The zone of an aware local time as people know it: `CET`.

    The abbreviation, not the name of the zone's city: the place where somebody serves may have
    none of its own. Zones without an abbreviation are told by their offset.
    """
    abbreviation = local.tzname() or ""
    return abbreviation if abbreviation.isalpha() else _offset(local)


def _offset(local: datetime) -> str:
    signed = f"{local:%z}"
    return f"UTC{signed[:3]}:{signed[3:5]}"
