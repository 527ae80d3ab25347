"""Names of countries, languages and weekdays, in English and in the languages of the region."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from coach.folding import folded

V = TypeVar("V")


def name_key(text: str) -> str:
    """Return a folded name with punctuation and words for "and" removed.

    `Bosna & Hercegovina` and `Bosna i Hercegovina` are both `bosna hercegovina`.
    """
    words = re.sub(r"[^\w\s]", " ", folded(text)).split()
    return " ".join(word for word in words if word not in {"and", "i", "dhe"})


def unambiguous(pairs: Iterable[tuple[str, V]]) -> dict[str, V]:
    """Map the key of each name to its value, omitting names with several values."""
    meanings: dict[str, set[V]] = {}
    for name, value in pairs:
        meanings.setdefault(name_key(name), set()).add(value)
    meanings.pop("", None)
    return {name: next(iter(values)) for name, values in meanings.items() if len(values) == 1}


@dataclass(frozen=True, slots=True)
class Aliases:
    """Names and codes of countries, languages and weekdays; ambiguous names are omitted.

    Attributes:
        countries: ISO 3166-1 alpha-2 codes, keyed by the `name_key` of a name.
        languages: ISO 639 codes, keyed by the `name_key` of a name.
        weekdays: 0 (Monday) to 6, keyed by the `name_key` of a name or an abbreviation.
        country_codes: ISO 3166-1 alpha-2 codes, keyed by three-letter code in lower case.
        language_codes: ISO 639 codes, keyed by three-letter code in lower case.
    """

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    weekdays: Mapping[str, int]
    country_codes: Mapping[str, str]
    language_codes: Mapping[str, str]

    def country(self, text: str) -> str | None:
        """Return a country's code, given its name or three-letter code, or `None` if unknown."""
        return self.country_codes.get(text.casefold()) or self.countries.get(name_key(text))

    def language(self, text: str) -> str | None:
        """Return a language's code, given its name or three-letter code, or `None` if unknown."""
        return self.language_codes.get(text.casefold()) or self.languages.get(name_key(text))
