"""Time zones by name, each loaded once."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return the time zone with an IANA name.

    `ZoneInfo` keeps only the last eight zones, so in a cycle with people in more zones, the files
    of these zones would be read repeatedly.

    Raises:
        ZoneInfoNotFoundError: there is no time zone with this name.
    """
    return ZoneInfo(name)
