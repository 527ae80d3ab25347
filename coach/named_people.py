"""Finds people by the ids or names that a user has entered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from coach.folding import folded
from coach.people import Person


@dataclass(frozen=True, slots=True)
class NamedPeople:
    """An index of the people who can be named, by id and by name.

    >>> from coach.people import Coach
    >>> ana = Coach.model_construct(id="K-1", name="Ana Đorđević")
    >>> NamedPeople.of([ana]).find(["ANA DJORDJEVIC", "somebody else"])
    ('K-1',)
    """

    ids: frozenset[str]
    by_name: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, people: Sequence[Person]) -> NamedPeople:
        """Index people by id and by folded name."""
        named = cls(frozenset(person.id for person in people))
        for person in people:
            named.by_name[folded(person.name)].append(person.id)
        return named

    def find(self, entries: Iterable[str]) -> tuple[str, ...]:
        """Return the ids of the people named by `entries`, in order, without duplicates.

        Names are compared ignoring case, accents, script and the order of given and family name. A
        name that several people share refers to all of them. Unknown entries are skipped.
        """
        return tuple(dict.fromkeys(found for entry in entries for found in self._find(entry)))

    def _find(self, entry: str) -> list[str]:
        if entry in self.ids:
            return [entry]
        name = folded(entry)
        for words in (name, _last_first(name), _first_last(name)):
            if words in self.by_name:
                return self.by_name[words]
        return []


def _last_first(name: str) -> str:
    first, _, rest = name.partition(" ")
    return f"{rest} {first}".strip()


def _first_last(name: str) -> str:
    rest, _, last = name.rpartition(" ")
    return f"{last} {rest}".strip()
