"""Calendar readers for checking emitted objects, which return the events or the faults found."""

from __future__ import annotations

import ctypes
import json
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from ctypes.util import find_library
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import icalendar

NODE = Path(__file__).parent / "node"
HAS_ICAL_JS = shutil.which("node") is not None and (NODE / "node_modules" / "ical.js").is_dir()
HAS_LIBICAL = find_library("ical") is not None


@dataclass(frozen=True)
class ReadEvent:
    """An event as understood by a reader; `start` and `end` are seconds since the Unix epoch."""

    uid: str
    sequence: int
    start: int
    end: int
    summary: str
    status: str | None
    partstat: str | None


@dataclass(frozen=True)
class ReadCalendar:
    """A calendar object as understood by a reader."""

    method: str | None
    events: tuple[ReadEvent, ...]


def by_icalendar(content: bytes) -> ReadCalendar:
    """Read with icalendar, the library that the server writes with."""
    calendar = icalendar.Calendar.from_ical(content)
    assert not calendar.errors
    return ReadCalendar(calendar.get("METHOD"), tuple(map(_event, calendar.events)))


def _event(event: icalendar.Event) -> ReadEvent:
    assert not event.errors
    attendee = event.get("ATTENDEE")
    return ReadEvent(
        uid=str(event["UID"]),
        sequence=int(event.get("SEQUENCE", 0)),
        start=_seconds(event.start),
        end=_seconds(event.end),
        summary=str(event["SUMMARY"]),
        status=event.get("STATUS"),
        partstat=attendee.params.get("PARTSTAT") if attendee is not None else None,
    )


def _seconds(time: datetime | date) -> int:
    """Return the seconds since the Unix epoch; a date begins at midnight UTC, as in ical.js."""
    if not isinstance(time, datetime):
        time = datetime(time.year, time.month, time.day, tzinfo=UTC)
    return int(time.timestamp())


def by_ical_js(contents: Iterable[bytes]) -> Iterator[ReadCalendar]:
    """Read with ical.js in its strict mode, as Thunderbird and Nextcloud do.

    Raises:
        subprocess.CalledProcessError: ical.js rejects an object.
    """
    lines = "".join(f"{json.dumps(content.decode())}\n" for content in contents)
    done = subprocess.run(
        ["node", NODE / "read_calendars.mjs"],  # noqa: S607 - the one in the path
        input=lines,
        capture_output=True,
        text=True,
        check=True,
    )
    for line in done.stdout.splitlines():
        found = json.loads(line)
        events = tuple(ReadEvent(**event) for event in found["events"])
        yield ReadCalendar(found["method"], events)


def libical_findings(content: bytes) -> list[str]:
    """Return the faults found in an object by libical, the parser in Evolution and KOrganizer.

    These are lines that it cannot parse, and violations of the table of properties of iTIP.
    """
    library = _libical()
    component = library.icalparser_parse_string(content)
    if not component:
        return ["not a calendar object"]
    try:
        library.icalrestriction_check(component)
        text = library.icalcomponent_as_ical_string(component).decode()
    finally:
        library.icalcomponent_free(component)
    unfolded = text.replace("\r\n ", "")
    return [line for line in unfolded.splitlines() if line.startswith("X-LIC-ERROR")]


@cache
def _libical() -> ctypes.CDLL:
    library = ctypes.CDLL(find_library("ical"))
    library.icalparser_parse_string.restype = ctypes.c_void_p
    library.icalparser_parse_string.argtypes = [ctypes.c_char_p]
    library.icalrestriction_check.argtypes = [ctypes.c_void_p]
    library.icalcomponent_as_ical_string.restype = ctypes.c_char_p
    library.icalcomponent_as_ical_string.argtypes = [ctypes.c_void_p]
    library.icalcomponent_free.argtypes = [ctypes.c_void_p]
    return library
