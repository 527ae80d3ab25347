"""Days off: a person's `unavailable` dates, and public holidays.

Public holidays are taken from the `holidays` package: national holidays of the default categories,
including substitute days.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays

from coach.people import Person


@lru_cache(maxsize=4096)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the national public holidays of `country` (ISO 3166-1 alpha-2 or `XK`) in `year`.

    The result is empty if the package does not know the country.
    """
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def public_holidays_on(country: str, days: Iterable[date]) -> frozenset[date]:
    """Return the subset of `days` that are national public holidays in `country`."""
    wanted = frozenset(days)
    years = {day.year for day in wanted}
    known = frozenset().union(*(public_holidays(country, year) for year in years))
    return wanted & known


def days_off(person: Person, days: Iterable[date], *, with_holidays: bool) -> frozenset[date]:
    """Return the subset of `days`, local to the person's time zone, on which the person is away."""
    wanted = frozenset(days)
    own = {day for dates in person.unavailable for day in wanted if day in dates}
    if with_holidays:
        own |= public_holidays_on(person.country, wanted)
    return frozenset(own)
