"""Reference data for validating input, handed in so that `coach` reads no file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coach.intake.fault_messages import nearest
from coach.ranks import RankTable


@dataclass(frozen=True, slots=True)
class Reference:
    """The countries, languages, time zones and rank titles that exist.

    Attributes:
        countries: ISO 3166-1 alpha-2 codes, and `XK`, with the English name.
        languages: ISO 639 codes, and `cnr`, with the English name.
        timezones: IANA names.
        country_timezones: the zone of each country whose zones all keep the same time.
        ranks: rank titles and their codes.
    """

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    timezones: frozenset[str]
    country_timezones: Mapping[str, str]
    ranks: RankTable


class ReadContext:
    """One reading of a set of files: reference data, and a limited number of suggestions.

    Finding the closest of many words is slow, and a file can hold a hundred thousand wrong ones;
    after `budget` comparisons, faults come without a suggestion.
    """

    def __init__(self, reference: Reference, budget: int = 50_000) -> None:
        self.reference = reference
        self._budget = budget

    def nearest(self, word: str, words: Collection[str]) -> str | None:
        """The one of `words` closest to `word`, or `None`."""
        self._budget -= len(words)
        return nearest(word, words) if self._budget >= 0 else None

    def did_you_mean(self, word: str, words: Collection[str]) -> str:
        """`"; did you mean 'x'?"`, or an empty string."""
        near = self.nearest(word, words)
        return f"; did you mean '{near}'?" if near is not None else ""
