"""Names of countries, languages and weekdays in the interface languages, in either script."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from coach.folding import folded

V = TypeVar("V")


def name_key(text: str) -> str:
    """Return a name without punctuation: `Bosna & Hercegovina` is `bosna hercegovina`."""
    words = re.sub(r"[^\w\s]", " ", folded(text)).split()
    return " ".join(word for word in words if word not in {"and", "i", "dhe"})


def unambiguous(pairs: Iterable[tuple[str, V]]) -> dict[str, V]:
    """Return a mapping from the key of each name to its value, without names of several values."""
    meanings: dict[str, set[V]] = {}
    for name, value in pairs:
        meanings.setdefault(name_key(name), set()).add(value)
    return {name: next(iter(values)) for name, values in meanings.items() if len(values) == 1}


@dataclass(frozen=True, slots=True)
class Aliases:
    """What certainly means a country, a language or a weekday, by `name_key`.

    Attributes:
        countries: ISO 3166-1 alpha-2 codes, by name and by three-letter code.
        languages: ISO 639 codes, by name and by three-letter code. No name of several languages.
        weekdays: 0 (Monday) to 6, by name and by abbreviation.
    """

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    weekdays: Mapping[str, int]
