"""Reference data for validation, supplied by callers because `coach` does no I/O."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from coach.intake.fault_messages import nearest
from coach.intake.understanding.aliases import Aliases
from coach.ranks import RankTable


@dataclass(frozen=True, slots=True)
class Reference:
    """The known countries, languages, time zones and rank titles.

    Attributes:
        countries: English names, keyed by ISO 3166-1 alpha-2 code, including `XK`.
        languages: English names, keyed by ISO 639 code, including `cnr`.
        timezones: IANA time zone names.
        country_timezones: the time zone of each country with a single local time, keyed by country
            code.
        ranks: rank titles by country and service.
        aliases: returns other names of countries, languages and weekdays. This is a function
            because most files need none of these names and loading them takes time.
    """

    countries: Mapping[str, str]
    languages: Mapping[str, str]
    timezones: frozenset[str]
    country_timezones: Mapping[str, str]
    ranks: RankTable
    aliases: Callable[[], Aliases]


class ReadContext:
    """Shared state for reading one set of files: reference data and a budget for suggestions.

    Finding a close match is slow, and a file can contain a hundred thousand typos. After `budget`
    comparisons, faults are reported without suggestions.

    If `strict` is true, only values in the standard format are accepted. Otherwise, other values
    are also accepted if their meaning is certain. `encoding` is the encoding of files that are not
    Unicode. `mapping` contains the column names for other headers, keyed by the kind of people and
    `coach.folding.header_key`; a header that maps to an empty name is skipped.
    """

    def __init__(
        self,
        reference: Reference,
        budget: int = 50_000,
        *,
        strict: bool = False,
        encoding: str | None = None,
        mapping: Mapping[tuple[str, str], str] = MappingProxyType({}),
    ) -> None:
        self.reference = reference
        self.strict = strict
        self.encoding = encoding
        self.mapping = mapping
        self._budget = budget

    def nearest(self, word: str, words: Collection[str]) -> str | None:
        """Return the closest match for `word` in `words`, or `None` if there is no close match.

        Also returns `None` once the budget is spent.
        """
        self._budget -= len(words)
        return nearest(word, words) if self._budget >= 0 else None
