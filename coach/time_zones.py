"""Time zones by name, each loaded once."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return the time zone with an IANA name.

    `ZoneInfo` keeps only the last eight zones, so that a cycle with people in more of them would
    read its files again and again.

    Raises:
        ZoneInfoNotFoundError: there is no such zone.
    """
    return ZoneInfo(name)
