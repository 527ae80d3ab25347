"""Suggests people who may be one human although their rows do not say so.

Rows that certainly describe one human are found by `coach.humans`. A user decides on the
suggestions from this module, and enters the same value of `person` in both rows if they describe
one human, or different values if they do not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from coach import duplicate_facts as facts
from coach.humans import folded_address, same_humans
from coach.name_similarity import Words, name_similarity, name_words, similar_names
from coach.people import Person, Sex
from coach.texts.facts import Fact

MAX_SUGGESTIONS = 1_000
"""The maximum number of suggestions; a list with more similar names is corrupt or test data."""
_MAX_SHARING = 100  # people with the same address or id who are compared with each other


@dataclass(frozen=True, slots=True)
class Identity:
    """The values by which a person is compared with people in other lists.

    Attributes:
        name: the name, as written.
        address: the email address, as written.
        person: the value of the column `person`; empty if it is not given.
        ids: the ids of this person, in this cycle or in earlier ones.
        birth_year: the year of birth, if it is known.
        sex: the sex, if it is known.
    """

    name: str
    address: str
    person: str = ""
    ids: frozenset[str] = frozenset()
    birth_year: int | None = None
    sex: Sex | None = None

    @staticmethod
    def of(person: Person) -> Identity:
        """Return the identity of a person in a list."""
        return Identity(
            name=person.name,
            address=person.email,
            person=person.person,
            ids=frozenset({person.id}),
            birth_year=person.birth_year,
            sex=person.sex,
        )


@dataclass(frozen=True, slots=True)
class DuplicateSuggestion:
    """Two people who may be one human: their positions in ascending order, and the reasons."""

    first: int
    second: int
    reasons: tuple[Fact, ...]


def suggest_duplicates(people: Sequence[Identity]) -> list[DuplicateSuggestion]:
    """Return pairs of people, as positions, who are possibly but not certainly one human.

    A shared address or id alone is not a reason: offices share mailboxes, and the lists of later
    cycles reuse ids. If several people have the same name but no address or id in common, they are
    compared only with the first of them. At most `MAX_SUGGESTIONS` are returned.
    """
    search = _Search(people)
    found = {pair: reasons for pair, reasons in search.find() if search.is_possible(*pair)}
    return [
        DuplicateSuggestion(*pair, (*reasons, *search.supporting(*pair)))
        for pair, reasons in sorted(found.items())[:MAX_SUGGESTIONS]
    ]


Pair = tuple[int, int]


@dataclass(slots=True)
class _Search:
    people: Sequence[Identity]
    words: list[Words] = field(init=False)
    humans: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.words = [name_words(one.name) for one in self.people]
        self.humans = same_humans([(one.person, one.address, one.name) for one in self.people])

    def find(self) -> Iterator[tuple[Pair, tuple[Fact, ...]]]:
        """Yield pairs of positions with reasons; later reasons for a pair replace earlier ones."""
        by_name: dict[Words, list[int]] = defaultdict(list)
        by_letters: dict[str, list[int]] = defaultdict(list)
        for position, words in enumerate(self.words):
            if words:
                by_name[words].append(position)
                by_letters["".join(words)].append(position)
        for (one, other), reason in similar_names(by_name):
            yield _ordered(by_name[one][0], by_name[other][0]), (reason,)
        for same in by_letters.values():
            yield from ((pair, (facts.SAME_NAME(),)) for pair in self._with_first(same))
        yield from self._sharing(self._by_id(), facts.SAME_ID())
        yield from self._sharing(self._by_address(), facts.SAME_ADDRESS())

    def is_possible(self, one: int, other: int) -> bool:
        """Return whether two people are possibly, but not certainly, one human."""
        first, second = self.people[one], self.people[other]
        if self.humans[one] == self.humans[other]:
            return False
        if first.person and second.person:
            return False
        if folded_address(first.address) == folded_address(second.address):
            return True
        differ_in_sex = None not in (first.sex, second.sex) and first.sex != second.sex
        return not differ_in_sex and (
            first.birth_year is None
            or second.birth_year is None
            or first.birth_year == second.birth_year
        )

    def supporting(self, one: int, other: int) -> Iterator[Fact]:
        """Yield facts that support a suggestion but do not justify one by themselves."""
        years = {self.people[one].birth_year, self.people[other].birth_year}
        if len(years) == 1 and None not in years:
            yield facts.SAME_BIRTH_YEAR(year=self.people[one].birth_year)

    def _with_first(self, same: Sequence[int]) -> Iterator[Pair]:
        """Yield pairs of the first human in `same` and each other human, by first position."""
        one_each = {self.humans[position]: position for position in reversed(same)}
        others = sorted(one_each.values())
        yield from ((others[0], other) for other in others[1:])

    def _by_address(self) -> Iterable[list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for position, one in enumerate(self.people):
            if address := folded_address(one.address):
                found[address].append(position)
        return found.values()

    def _by_id(self) -> Iterable[list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for position, one in enumerate(self.people):
            for ident in one.ids:
                found[ident].append(position)
        return found.values()

    def _sharing(
        self, groups: Iterable[list[int]], shared: Fact
    ) -> Iterator[tuple[Pair, tuple[Fact, ...]]]:
        """Yield the pairs within each group whose names may be the same, with the reasons."""
        for group in groups:
            for one, other in combinations(group[:_MAX_SHARING], 2):
                if reason := name_similarity(self.words[one], self.words[other]):
                    yield (one, other), (shared, reason)


def _ordered(one: int, other: int) -> Pair:
    return (one, other) if one < other else (other, one)
