"""Time zones, looked up by name and loaded only once each."""

from __future__ import annotations

from functools import cache
from zoneinfo import ZoneInfo


@cache
def time_zone(name: str) -> ZoneInfo:
    """Return the time zone with the given IANA name.

    `ZoneInfo` caches only the last eight zones, so the files would be read repeatedly in a cycle
    with people in more zones.

    Raises:
        ZoneInfoNotFoundError: there is no time zone with this name.
    """
    return ZoneInfo(name)
