"""Public holidays and observances: days that a policy keeps free for everyone in a country.

Public holidays are taken from the `holidays` package: national holidays of the default categories,
including substitute days. Holidays that a country's law grants only to some communities are in
separate categories, which a policy can name as observances.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

import holidays

from coach.cycle import CalendarPolicy

_NOT_DAYS_OFF = frozenset({"workday"})  # working days that replace a day off


@lru_cache(maxsize=4096)
def public_holidays(country: str, year: int) -> frozenset[date]:
    """Return the national public holidays of `country` (ISO 3166-1 alpha-2 or `XK`) in `year`.

    The result is empty if the `holidays` package does not support the country.
    """
    try:
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=512)
def observance_categories(country: str) -> tuple[str, ...]:
    """Return the holiday categories of a country that can be named as observances.

    Categories that are not days off are omitted. The result is empty if the `holidays` package does
    not support the country.
    """
    try:
        categories = holidays.country_holidays(country).supported_categories
    except NotImplementedError:
        return ()
    return tuple(sorted({*categories} - _NOT_DAYS_OFF))


@lru_cache(maxsize=4096)
def observances(country: str, categories: tuple[str, ...], year: int) -> frozenset[date]:
    """Return the holidays in the given categories in `country` in `year`."""
    return frozenset(holidays.country_holidays(country, years=year, categories=categories))


def days_kept_free(calendar: CalendarPolicy, country: str, days: Iterable[date]) -> frozenset[date]:
    """Return the subset of `days` that the policy keeps free for everyone in `country`."""
    wanted = frozenset(days)
    found: set[date] = set()
    for year in {day.year for day in wanted}:
        if calendar.public_holidays:
            found |= public_holidays(country, year)
        if categories := calendar.observances.get(country):
            found |= observances(country, categories, year)
    return wanted & found


def observed_days(calendar: CalendarPolicy, country: str, days: Iterable[date]) -> list[date]:
    """Return the subset of `days` that observances keep free in `country`, in order."""
    only_observances = calendar.model_copy(update={"public_holidays": False})
    return sorted(days_kept_free(only_observances, country, days))
