"""Ranks: NATO codes (STANAG 2116), civilian equivalents, titles, and a common scale of grades."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from coach import facts
from coach.errors import DomainError
from coach.folding import folded
from coach.texts.facts import Fact

_CODE = re.compile(r"(CIV[~>])?(OF|OR)-([0-9]{1,2})", re.IGNORECASE)
_HIGHEST = {"OF": 10, "OR": 9}
_OFFICER_OFFSET = 10  # OF-1 is one grade above a hypothetical OR-10


@dataclass(frozen=True, slots=True)
class Rank:
    """A person's rank.

    Attributes:
        code: `OF-5`, `OR-8`, `CIV~OF-6` (equivalent to), `CIV>OF-10` (above), or `CIV`.
        grade: n for OR-n, 10 + n for OF-n, the military grade for a civilian equivalent, one more
            for a civilian above it, such as 21 for a minister (`CIV>OF-10`), and `None` for a rank
            without a grade.
        civilian: whether the code starts with `CIV`.
    """

    code: str
    grade: int | None
    civilian: bool

    def __str__(self) -> str:
        return self.code


GRADE_NEUTRAL = Rank("CIV", None, civilian=True)


def parse_code(text: str) -> Rank | None:
    """Return the rank for a code, or `None` if there is no such code (`text` may be a title).

    >>> parse_code("OF-5").grade, parse_code("or-8").grade, parse_code("CIV~OF-6").grade
    (15, 8, 16)
    """
    text = text.strip()
    if text.upper() == "CIV":
        return GRADE_NEUTRAL
    match = _CODE.fullmatch(text)
    if match is None:
        return None
    prefix, category, number = (match[1] or "").upper(), match[2].upper(), int(match[3])
    if not 1 <= number <= _HIGHEST[category]:
        return None
    grade = number + (_OFFICER_OFFSET if category == "OF" else 0) + (prefix == "CIV>")
    return Rank(f"{prefix}{category}-{number}", grade, civilian=bool(prefix))


def looks_like_code(text: str) -> bool:
    """Return whether `text` looks like a rank code other than `CIV`, even if there is no such code.

    >>> looks_like_code("OF-11"), looks_like_code("CIV~"), looks_like_code("major")
    (True, True, False)
    """
    return re.fullmatch(r"CIV[~>].*|(OF|OR)[\s-]*[0-9]+", text.strip(), re.IGNORECASE) is not None


class RankTitleError(DomainError):
    """A title is unknown or ambiguous; the message lists the candidates, if there are any.

    If the title is not used in any country, `titles` contains the titles in the person's country,
    as suggestions; otherwise, it is empty.
    """

    shown: Fact

    def __init__(self, shown: Fact, titles: Iterable[str] = ()) -> None:
        self.titles = tuple(titles)
        super().__init__(shown)


@dataclass(frozen=True, slots=True)
class RankTitle:
    """A row of the rank table: a title used in one branch of a country's forces.

    Attributes:
        country: the country's code.
        branch: the branch as written in the row: `land/air`, `river units`, `MoD civilian`.
        services: the values of `Service` that the branch covers.
        rank: the rank that the title denotes.
        local: the title in the country's language, with its feminine form if one is listed.
        english: the usual English title.
    """

    country: str
    branch: str
    services: frozenset[str]
    rank: Rank
    local: tuple[str, ...]
    english: str

    @property
    def english_bare(self) -> str:
        """The English title without its parenthetical: `Colonel (= …)` becomes `Colonel`."""
        return self.english.split(" (")[0]

    def to_fact(self) -> Fact:
        """Return a fact that states the rank, country and branch: `OF-5 in RS (land/air)`."""
        return facts.RANK_OF_TITLE(code=self.rank.code, country=self.country, branch=self.branch)


_BRANCHES = {
    "land": {"land"},
    "air": {"air"},
    "amphibious": {"land"},
    "navy": {"navy"},
    "river units": {"navy"},
    "all": {"land", "air", "navy"},
    "MoD civilian": {"mod"},
}


def title_key(title: str) -> str:
    """Normalise a title for comparison, ignoring case, hyphens and spaces.

    >>> title_key("General-Major") == title_key("general  major")
    True
    """
    return re.sub(r"[\s\-\u2010-\u2015]+", "", unicodedata.normalize("NFC", title).casefold())


class RankTable:
    """A table of rank titles, searched by title, country and service."""

    def __init__(self, titles: Iterable[RankTitle]) -> None:
        self.titles = tuple(titles)
        self._by_key: dict[str, list[RankTitle]] = defaultdict(list)
        for title in self.titles:
            for key in {title_key(word) for word in (*title.local, title.english)} | {
                title_key(title.english_bare)
            }:
                self._by_key[key].append(title)
        self._by_folded_key: dict[str, list[RankTitle]] = defaultdict(list)
        for key, named in self._by_key.items():
            self._by_folded_key[_folded_key(key)] += named

    @classmethod
    def from_rows(cls, rows: Iterable[Mapping[str, str]]) -> RankTable:
        """Build the table from rows of text.

        The keys are `country`, `service`, `code`, `local_title` and `english_title`.

        Raises:
            ValueError: a row has an unknown code or service.
        """
        return cls(_title(row) for row in rows)

    def find(self, title: str, country: str, service: str | None) -> Rank:
        """Return the rank that `title` denotes in this country and service.

        The title is compared with local titles first, then with English titles, then with English
        titles without their parentheticals. For `land`, `air` and `navy`, only the rows of that
        service are searched. For `mod`, civilian rows are searched before all rows of the country.
        For `external` or no service, all rows of the country are searched.

        Raises:
            RankTitleError: no rank or more than one rank matches.
        """
        named = self._by_key.get(title_key(title), [])
        for scope in _scopes(named, country, service):
            for meant in _readings(scope, title_key(title)):
                ranks = {row.rank: row for row in meant}
                if len(ranks) == 1:
                    return next(iter(ranks))
                if ranks:
                    raise RankTitleError(
                        facts.RANK_TITLE_AMBIGUOUS(title=title, ranks=_to_facts(ranks.values()))
                    )
        raise self._unknown(title, country, service, named)

    def find_variant(self, title: str, country: str, service: str | None) -> Rank | None:
        """Return the rank that a title clearly denotes although the title is not in the table.

        The title may be in Latin or Cyrillic script, without accents, abbreviated in English
        (`COL`), definite (`koloneli`, `полковникот`) or feminine (`pukovnica`). Returns `None` if
        the title denotes no rank or several, or is an English abbreviation that usually denotes
        another rank, such as `COL` in Croatia.
        """
        full = _ABBREVIATIONS.get(_folded_key(title))
        for variant in _title_variants(full or title):
            named = self._by_folded_key.get(variant, [])
            for scope in _scopes(named, country, service):
                ranks = {row.rank for row in scope}
                if ranks:
                    unusual = full is not None and any("(=" in row.english for row in scope)
                    return ranks.pop() if len(ranks) == 1 and not unusual else None
        return None

    def _unknown(
        self, title: str, country: str, service: str | None, named: list[RankTitle]
    ) -> RankTitleError:
        unknown = (
            facts.RANK_TITLE_UNKNOWN_IN_SERVICE(title=title, country=country, service=service)
            if service
            else facts.RANK_TITLE_UNKNOWN(title=title, country=country)
        )
        if here := [row for row in named if row.country == country]:
            return RankTitleError(
                facts.RANK_TITLE_OF_OTHER_SERVICE(unknown=unknown, ranks=_to_facts(here))
            )
        if named:
            return RankTitleError(
                facts.RANK_TITLE_OF_OTHER_COUNTRY(unknown=unknown, ranks=_to_facts(named))
            )
        own = [row for row in self.titles if row.country == country]
        return RankTitleError(
            facts.RANK_TITLE_NOWHERE(unknown=unknown),
            (word for row in own for word in (*row.local, row.english)),
        )


_ABBREVIATIONS = {
    "gen": "general", "ltg": "lieutenant general", "ltgen": "lieutenant general",
    "mg": "major general", "majgen": "major general", "mgen": "major general",
    "bg": "brigadier general", "briggen": "brigadier general", "bgen": "brigadier general",
    "col": "colonel", "ltc": "lieutenant colonel", "ltcol": "lieutenant colonel",
    "lcol": "lieutenant colonel", "maj": "major", "cpt": "captain", "capt": "captain",
    "1lt": "first lieutenant", "2lt": "second lieutenant", "lcdr": "lieutenant commander",
    "cdr": "commander", "radm": "rear admiral", "vadm": "vice admiral", "adm": "admiral",
}  # fmt: skip
"""English abbreviations; which rank the title denotes still depends on country and service."""

_ENDINGS = (
    ("nica", "nik"), ("nicka", "nik"), ("nickata", "nik"), ("kinja", "k"), ("ica", ""),
    ("ka", ""), ("kata", ""), ("ot", ""), ("i", ""), ("u", ""), ("ja", ""), ("e", ""), ("a", ""),
)  # fmt: skip
"""Endings of feminine and definite titles in the languages of the region, with their replacements:
pukovnica, majorka, polkovnikot, koloneli."""


def _folded_key(title: str) -> str:
    return folded(title).replace(" ", "")


def _title_variants(title: str) -> Iterator[str]:
    """Yield the folded keys that a title may have, the most literal first."""
    words = folded(title).split()
    yield "".join(words)
    for place, word in enumerate(words):
        for ending, replacement in _ENDINGS:
            if len(word) > len(ending) + 2 and word.endswith(ending):
                changed = word.removesuffix(ending) + replacement
                yield "".join((*words[:place], changed, *words[place + 1 :]))


def _title(row: Mapping[str, str]) -> RankTitle:
    rank = parse_code(row["code"])
    branch = row["service"]
    words = branch.split(" (")[0]
    parts = [words] if words in _BRANCHES else words.split("/")
    if rank is None or not set(parts) <= set(_BRANCHES):
        raise ValueError(f"rank table: unknown code or service in {dict(row)}")
    return RankTitle(
        country=row["country"],
        branch=branch,
        services=frozenset().union(*(_BRANCHES[part] for part in parts)),
        rank=rank,
        local=tuple(row["local_title"].split(" / ")),
        english=row["english_title"],
    )


def _scopes(named: list[RankTitle], country: str, service: str | None) -> Iterator[list[RankTitle]]:
    """Yield the rows of each scope to search, narrowest first."""
    in_country = [row for row in named if row.country == country]
    if service in {"land", "air", "navy", "mod"}:
        yield [row for row in in_country if service in row.services]
    if service not in {"land", "air", "navy"}:
        yield in_country


def _readings(scope: list[RankTitle], key: str) -> Iterator[list[RankTitle]]:
    """Yield the rows in `scope` that match the title, in order of decreasing reliability."""
    yield [row for row in scope if key in map(title_key, row.local)]
    yield [row for row in scope if key == title_key(row.english)]
    yield [row for row in scope if key == title_key(row.english_bare)]


def _to_facts(rows: Iterable[RankTitle]) -> list[Fact]:
    """Return the ranks of `rows` without duplicates; the rest of a long list is summarised."""
    ranks = list(dict.fromkeys(row.to_fact() for row in rows))
    return ranks[:6] + ([facts.OTHER_RANKS()] if len(ranks) > 6 else [])  # noqa: PLR2004 - fits a line
