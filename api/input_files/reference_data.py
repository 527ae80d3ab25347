"""Loads the reference data for the validation of input.

Countries and zones come from the IANA time zone database (package `tzdata`), languages from CLDR
(package `Babel`), rank titles from `coach/data/ranks.csv`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

from babel import Locale
from babel.core import get_global

from coach.intake.reference import Reference
from coach.intake.understanding import Aliases
from coach.intake.understanding.aliases import unambiguous
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

_LOCALES_OF_NAMES = ("en", "sq", "bs", "bs_Cyrl", "hr", "sr_Latn", "sr_Cyrl", "mk")
_OTHER_COUNTRY_NAMES = (
    ("BA", "BiH"), ("BA", "Bosnia"), ("BA", "Bosna"), ("BA", "Bosnia-Herzegovina"),
    ("MK", "Macedonia"), ("MK", "Makedonija"), ("MK", "Maqedonia"), ("MK", "Maqedoni"),
    ("AL", "Shqipëria"), ("RS", "Serbia"), ("ME", "Mali i Zi"),
    ("XK", "Kosova"), ("GB", "UK"), ("GB", "Great Britain"), ("US", "USA"),
)  # fmt: skip
_OTHER_LANGUAGE_NAMES = (
    ("cnr", "Montenegrin"), ("cnr", "crnogorski"), ("cnr", "црногорски"),
    ("cnr", "malazezisht"), ("sq", "shqipe"), ("sq", "gjuha shqipe"), ("en", "English"),
    ("bs", "bosanski jezik"), ("hr", "hrvatski jezik"), ("sr", "srpski jezik"),
    ("cnr", "crnogorski jezik"), ("mk", "македонски јазик"), ("en", "engleski jezik"),
    ("bs", "bošnjački"), ("mk", "maqedonishte"),
)  # fmt: skip
_MIN_NAME_LENGTH = 3
_OTHER_WEEKDAY_NAMES = (
    "mon mo pon hën hene hëna",
    "tue tues tu uto ut mar marte marta",
    "wed weds we sri sre mër merkure mërkurë",
    "thu thur thurs th čet cet enj enjte",
    "fri fr pet pre premte",
    "sat sa sub sab sht shtune shtunë",
    "sun su ned die diel diele",
)


@cache
def reference() -> Reference:
    """Return the reference data, which is loaded once and then cached."""
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
        aliases=_aliases,
    )


def rank_table() -> RankTable:
    """Return the rank titles included in the package."""
    text = (files("coach") / "data" / "ranks.csv").read_text("utf-8")
    return RankTable.from_rows(csv.DictReader(text.splitlines()))


@cache
def _aliases() -> Aliases:
    """Return alternative names of countries, languages and weekdays, and alternative codes."""
    known = reference()
    locales = [Locale.parse(name) for name in _LOCALES_OF_NAMES]
    territories = [pair for locale in locales for pair in locale.territories.items()]
    languages = [pair for locale in locales for pair in locale.languages.items()]
    return Aliases(
        countries=unambiguous(
            (name, code)
            for code, name in (*territories, *_definite_names(), *_OTHER_COUNTRY_NAMES)
            if code in known.countries
        ),
        languages=unambiguous(
            (name, code)
            for code, name in (*languages, *_OTHER_LANGUAGE_NAMES)
            if code in known.languages and len(name) >= _MIN_NAME_LENGTH
        ),
        weekdays=unambiguous(_weekday_names(locales)),
        country_codes={
            alias: code for code, alias in _three_letter_codes() if code in known.countries
        },
        language_codes={
            alias: code for code, alias in _language_codes() if code in known.languages
        },
    )


def _definite_names() -> Iterator[tuple[str, str]]:
    """Yield country codes with definite forms of Albanian names, such as Kroacia and Franca."""
    for code, name in Locale.parse("sq").territories.items():
        if name.endswith(("i", "ë")):
            yield code, name.removesuffix("ë") + "a"


def _three_letter_codes() -> Iterator[tuple[str, str]]:
    """Yield the alpha-2 and the alpha-3 code of each country that has both."""
    for alias, codes in get_global("territory_aliases").items():
        if len(codes) == 1 and re.fullmatch("[A-Z]{3}", alias):
            yield codes[0], alias.lower()
    yield _KOSOVO, "xkx"


def _language_codes() -> Iterator[tuple[str, str]]:
    """Yield each language's code with each of its three-letter codes (ISO 639-2 and 639-3)."""
    for alias, code in get_global("language_aliases").items():
        if re.fullmatch("[a-z]{3}", alias) and alias not in {*_NO_LANGUAGES, "hbs", "cnr"}:
            yield code, alias


def _weekday_names(locales: Iterable[Locale]) -> Iterator[tuple[str, int]]:
    for locale in locales:
        for width in ("wide", "abbreviated"):
            for number, name in locale.days["format"][width].items():
                yield name, number
                yield name.removeprefix("e "), number  # Albanian: e hënë, also without the article
    for number, names in enumerate(_OTHER_WEEKDAY_NAMES):
        yield from ((name, number) for name in names.split())


def _country_timezones(zones: Traversable) -> dict[str, str]:
    """Return the first zone of each country whose zones all currently follow the same rule."""
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
