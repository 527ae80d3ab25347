"""Loads the reference data for the validation of input.

Countries and zones come from the IANA time zone database (package `tzdata`), languages from CLDR
(package `Babel`), rank titles from `coach/data/ranks.csv`.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel import Locale

from coach.intake.reference import Reference
from coach.ranks import RankTable

_KOSOVO = "XK"  # user-assigned in ISO 3166-1, so it is not in the zone tables
_KOSOVO_ZONE = "Europe/Belgrade"  # as documented in the reference of the file formats; uses CET
_NO_LANGUAGES = {
    "mis",
    "mul",
    "root",
    "sh",
    "und",
    "zxx",
}  # codes that do not denote a single language


@cache
def reference() -> Reference:
    """Return the reference data; it is loaded once and then cached."""
    names = Locale("en").languages
    zones = files("tzdata") / "zoneinfo"
    countries = dict(_rows(zones / "iso3166.tab"))
    return Reference(
        countries=countries | {_KOSOVO: "Kosovo"},
        languages={
            code: name
            for code, name in names.items()
            if re.fullmatch("[a-z]{2,3}", code) and code not in _NO_LANGUAGES
        }
        | {"cnr": "Montenegrin"},
        timezones=frozenset((files("tzdata") / "zones").read_text("utf-8").split()),
        country_timezones=_country_timezones(zones) | {_KOSOVO: _KOSOVO_ZONE},
        ranks=rank_table(),
    )


def rank_table() -> RankTable:
    """Return the rank titles that are included in the package."""
    text = (files("coach") / "data" / "ranks.csv").read_text("utf-8")
    return RankTable.from_rows(csv.DictReader(text.splitlines()))


def _country_timezones(zones: Traversable) -> dict[str, str]:
    """Return the first zone of each country in which all zones currently follow the same rule."""
    named: dict[str, list[str]] = {}
    for country, _, zone, *_ in _rows(zones / "zone.tab"):
        named.setdefault(country, []).append(zone)
    return {
        country: own[0]
        for country, own in named.items()
        if len(own) == 1 or len({_current_posix_rule(zones, zone) for zone in own}) == 1
    }


def _current_posix_rule(zones: Traversable, zone: str) -> bytes:
    """Return a zone's POSIX rule for times after its last recorded change (RFC 9636, 3.3)."""
    return (zones.joinpath(*zone.split("/"))).read_bytes().rsplit(b"\n", 2)[-2]


def _rows(table: Traversable) -> list[list[str]]:
    text = table.read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
