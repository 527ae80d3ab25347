"""Reference data for validation, passed in so that `coach` reads no files."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from coach.intake.fault_messages import nearest
from coach.ranks import RankTable


@dataclass(frozen=True, slots=True)
class Reference:
    """The known countries, languages, time zones and rank titles.

    Attributes:
        countries: English names by ISO 3166-1 alpha-2 code, including `XK`.
        languages: English names by ISO 639 code, including `cnr`.
        timezones: IANA names.
        country_timezones: the time zone of each country that has a single local time.
        ranks: rank titles and their codes.
    """

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    timezones: frozenset[str]
    country_timezones: Mapping[str, str]
    ranks: RankTable


class ReadContext:
    """The context for reading one set of files: reference data, and a budget for suggestions.

    Finding the closest of many words is slow, and a file can contain a hundred thousand wrong ones;
    after `budget` comparisons, faults are reported without suggestions.
    """

    def __init__(self, reference: Reference, budget: int = 50_000) -> None:
        self.reference = reference
        self._budget = budget

    def nearest(self, word: str, words: Collection[str]) -> str | None:
        """Return the word of `words` closest to `word`, or `None`."""
        self._budget -= len(words)
        return nearest(word, words) if self._budget >= 0 else None

    def did_you_mean(self, word: str, words: Collection[str]) -> str:
        """Return `"; did you mean 'x'?"`, or an empty string if nothing is close."""
        near = self.nearest(word, words)
        return f"; did you mean '{near}'?" if near is not None else ""
