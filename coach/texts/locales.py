"""The languages that texts can be rendered in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from babel import Locale


@dataclass(frozen=True, eq=False)
class TextLocale:
    """A language of pages, emails, files and messages.

    Attributes:
        key: its identifier in settings, and the folder of its catalogue; a BCP 47 tag.
        cldr: the locale whose names and number formats are used.
        date_pattern: the CLDR pattern of a date with its weekday.
        short_date_pattern: the same, abbreviated.
        month_pattern: the CLDR pattern of an abbreviated month with its year.
        language_names: names of languages that CLDR lacks, or that are spelt differently here.
        pseudo: whether this is the pseudo-locale, which exists to find untranslated text.
    """

    key: str
    cldr: Locale
    date_pattern: str
    short_date_pattern: str
    month_pattern: str
    language_names: Mapping[str, str] = field(default_factory=dict)
    pseudo: bool = False


# `sh` and `hbs` stand for several languages (see coach.intake.cells), so they have no name.
_ENGLISH_LANGUAGES = {
    "cnr": "Montenegrin",
    "sh": "sh",
    "hbs": "hbs",
}

ENGLISH = TextLocale(
    "en", Locale("en", "GB"), "EEEE d MMMM y", "EEE d MMM y", "MMM y", _ENGLISH_LANGUAGES
)
PSEUDO = TextLocale(
    "en-XA",
    Locale("en", "GB"),
    "EEEE d MMMM y",
    "EEE d MMM y",
    "MMM y",
    _ENGLISH_LANGUAGES,
    pseudo=True,
)

LOCALES: Mapping[str, TextLocale] = {one.key: one for one in (ENGLISH, PSEUDO)}
