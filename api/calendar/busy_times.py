"""Reads the busy times in a calendar file (RFC 5545) that a person has uploaded.

Titles, places and other people are removed from the text before it is parsed. A file whose text
shows that it would be expensive to expand is refused before parsing. The expansion runs in a child
process with limits, whose output is treated as untrusted.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from threading import BoundedSemaphore

from pydantic import BaseModel, ConfigDict, ValidationError

from api.calendar import busy_times_process, facts
from api.child_processes.child_process import ChildEndedError, ChildProcess
from api.child_processes.limits import ProcessLimits
from coach.availability import MINUTES_PER_DAY, BusyTime, merged_busy_times
from coach.errors import BusyError, InputFault, UnusableInputError
from coach.texts.facts import Fact

MAX_CALENDAR_BYTES = 1024 * 1024
MAX_BUSY_TIMES = 2_000
_MAX_DEPTH = 4
_MAX_COMPONENTS = 10_000
_MAX_SUB_DAILY = 24  # repetitions on one day
_MAX_DURATION_DAYS = 366
_MAX_INTERVAL_DIGITS = 4
_AT_ONCE = BoundedSemaphore(2)
_TIMEOUT_SECONDS = 20
_RETRY_AFTER_SECONDS = 30
_LIMITS = ProcessLimits(memory_bytes=512 * 1024 * 1024, cpu_seconds=8, output_bytes=4 * 1024 * 1024)

_KEPT = frozenset(
    {
        *("BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "X-WR-TIMEZONE"),
        *("UID", "SEQUENCE", "DTSTAMP", "DTSTART", "DTEND", "DURATION"),
        *("RRULE", "RDATE", "EXDATE", "RECURRENCE-ID"),
        *("STATUS", "TRANSP", "X-MICROSOFT-CDO-BUSYSTATUS", "FREEBUSY"),
        *("TZID", "TZOFFSETFROM", "TZOFFSETTO"),
    }
)
"""The properties that busy times depend on, except `ATTENDEE`.

An `ATTENDEE` that shows that the owner has declined is replaced by `X-DECLINED`.
"""
_COMPONENTS = frozenset({"VCALENDAR", "VEVENT", "VFREEBUSY", "VTIMEZONE", "STANDARD", "DAYLIGHT"})
_FOLD = re.compile(r"\r?\n[ \t]")
_NAME = re.compile(r"[A-Z0-9-]+(?=[;:])")
_FREQUENT = re.compile(r"FREQ=(?:SECONDLY|MINUTELY|HOURLY)")
_INTERVAL = re.compile(r"INTERVAL=([^;:]*)")
_SUB_DAILY = re.compile(r"BY(?:HOUR|MINUTE|SECOND)=([^;:]*)")
_DURATION = re.compile(r"P(?:([0-9]+)W|([0-9]+)D)?")
_DECLINED = re.compile(r"PARTSTAT=\"?DECLINED\"?")


@dataclass(frozen=True, slots=True)
class CalendarOwner:
    """The owner of a calendar file; times without a zone are in `zone` (an IANA name).

    `address` is the owner's email address, which identifies the events that they have declined.
    """

    zone: str
    address: str


class _Response(BaseModel):
    """The output of the child process."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    busy: tuple[tuple[date, int, int], ...] = ()
    error: str = ""


def busy_times_in(
    file: str, content: bytes, owner: CalendarOwner, first: date, last: date
) -> tuple[BusyTime, ...]:
    """Return the busy times from `first` to `last` in a calendar file, in the owner's time zone.

    Events that are cancelled, declined by the owner, or shown as free are excluded.

    Raises:
        UnusableInputError: the file is not a calendar, is too large or too complex, or contains too
            many busy times, or an event that is too long or repeats too often.
        BusyError: too many calendars are being read.
    """
    text = _text_without_titles(file, content, owner.address)
    _check(file, text)
    if not _AT_ONCE.acquire(blocking=False):
        raise BusyError(facts.BUSY_READING(), _RETRY_AFTER_SECONDS)
    try:
        response = _expanded(file, text, owner.zone, first, last)
    finally:
        _AT_ONCE.release()
    times = merged_busy_times(_valid_times(file, response, first, last))
    if len(times) > MAX_BUSY_TIMES:
        raise _refusal(file, facts.TOO_MANY_BUSY_TIMES(limit=MAX_BUSY_TIMES))
    return times


def _refusal(file: str, message: Fact, row: int = 1) -> UnusableInputError:
    return UnusableInputError([InputFault(file, row, "calendar", message)])


def _text_without_titles(file: str, content: bytes, address: str) -> str:
    """Return the unfolded lines of a calendar file on which its busy times depend.

    Raises:
        UnusableInputError: the file is too large, or is not a calendar.
    """
    if len(content) > MAX_CALENDAR_BYTES:
        raise _refusal(file, facts.CALENDAR_TOO_LARGE(limit=MAX_CALENDAR_BYTES // 1024 // 1024))
    text = content.decode("utf-8-sig", errors="replace")
    if "BEGIN:VCALENDAR" not in text[:2000].upper():
        raise _refusal(file, facts.NOT_A_CALENDAR())
    return "\r\n".join(_kept_lines(_FOLD.sub("", text), address.casefold()))


def _kept_lines(text: str, address: str) -> Iterator[str]:
    skipped = 0  # nesting depth inside a component that is left out, such as an alarm
    for line in re.split(r"[\r\n]+", text):
        found = _NAME.match(line.upper())
        name = found[0] if found else ""
        if name in {"BEGIN", "END"} and (skipped or _component(line) not in _COMPONENTS):
            skipped = max(0, skipped + (1 if name == "BEGIN" else -1))
        elif skipped:
            continue
        elif name in _KEPT:
            yield line
        elif name == "ATTENDEE" and _is_declined_by(line, address):
            yield "X-DECLINED:TRUE"


def _component(line: str) -> str:
    return line.upper().partition(":")[2].strip()


def _is_declined_by(line: str, address: str) -> bool:
    value = line.rpartition(":")[2].strip().casefold()
    return bool(address) and value == address and bool(_DECLINED.search(line.upper()))


def _check(file: str, text: str) -> None:
    """Reject a calendar that would be expensive to parse or to expand."""
    depth = components = 0
    for line in text.upper().split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            depth, components = depth + 1, components + 1
        elif name == "END":
            depth -= 1
        if depth > _MAX_DEPTH or components > _MAX_COMPONENTS:
            raise _refusal(file, facts.CALENDAR_TOO_COMPLEX())
        if name.partition(";")[0] == "RRULE":
            _check_rule(file, line.replace(" ", ""))
        elif name.partition(";")[0] == "DURATION" and _days(value) > _MAX_DURATION_DAYS:
            raise _refusal(file, facts.EVENT_TOO_LONG(limit=_MAX_DURATION_DAYS))


def _check_rule(file: str, rule: str) -> None:
    """Reject a recurrence rule, in upper case, that repeats too often or at an invalid interval."""
    on_one_day = 1
    for values in _SUB_DAILY.findall(rule):
        on_one_day *= values.count(",") + 1
    if _FREQUENT.search(rule) or on_one_day > _MAX_SUB_DAILY:
        raise _refusal(file, facts.REPEATS_TOO_OFTEN())
    for interval in _INTERVAL.findall(rule):
        digits = (
            interval.isascii() and interval.isdecimal() and len(interval) <= _MAX_INTERVAL_DIGITS
        )
        if not digits or int(interval) < 1:
            raise _refusal(file, facts.INVALID_INTERVAL())


def _days(duration: str) -> int:
    found = _DURATION.search(duration)
    weeks, days = (int((part or "0")[:9]) for part in found.groups()) if found else (0, 0)
    return weeks * 7 + days


def _expanded(file: str, text: str, zone: str, first: date, last: date) -> _Response:
    """Return the busy times that a child process finds in a calendar.

    Raises:
        UnusableInputError: the file is not a calendar, or its expansion exceeds the limits.
    """
    function = f"{busy_times_process.__name__}:serve"
    with ChildProcess(function, _LIMITS) as child:
        request = {"zone": zone, "first": str(first), "last": str(last)}
        child.send(json.dumps(request).encode())
        child.send(text.encode())
        try:
            answer = child.receive(_TIMEOUT_SECONDS)
        except ChildEndedError as error:
            if not error.out_of_resources:
                raise
            answer = None
    if answer is None:
        raise _refusal(file, facts.CALENDAR_TOO_COMPLEX())
    try:
        return _Response.model_validate_json(answer)
    except ValidationError:  # the response is not trusted
        raise _refusal(file, facts.NOT_A_CALENDAR()) from None


def _valid_times(file: str, response: _Response, first: date, last: date) -> Iterator[BusyTime]:
    if response.error == busy_times_process.TOO_MANY:
        raise _refusal(file, facts.TOO_MANY_BUSY_TIMES(limit=MAX_BUSY_TIMES))
    if response.error == busy_times_process.TOO_LONG:
        raise _refusal(file, facts.EVENT_TOO_LONG(limit=_MAX_DURATION_DAYS))
    if response.error:
        raise _refusal(file, facts.NOT_A_CALENDAR())
    for day, start, end in response.busy:
        if first <= day <= last and 0 <= start < end <= MINUTES_PER_DAY:
            yield BusyTime(day, start, end)
