"""Time zones suggested in forms. Other time zones can be typed."""

from __future__ import annotations

from api.input_files.reference_data import reference


def time_zones() -> tuple[str, ...]:
    """Return the time zones of countries with a single time zone, in alphabetical order."""
    return tuple(sorted(set(reference().country_timezones.values())))
