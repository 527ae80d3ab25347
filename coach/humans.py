"""Finds rows in the lists of coachees and coaches that describe the same human.

Rows with the same value of `person` describe one human, as do rows with the same email address and
the same name. A shared address alone is not enough, because offices share mailboxes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from coach.folding import folded
from coach.people import Person, Roster


def folded_address(address: str) -> str:
    """Return an email address normalised for comparison: lower case, without surrounding spaces."""
    return address.strip().casefold()


@dataclass(frozen=True)
class Humans:
    """The humans behind the rows of a roster, as numbers; equal numbers mean the same human.

    Attributes:
        coachees: the number of each coachee's human, in row order.
        coaches: the number of each coach's human, in row order.
    """

    coachees: tuple[int, ...]
    coaches: tuple[int, ...]

    @cached_property
    def repeated(self) -> frozenset[int]:
        """The humans with several rows, in either list or across both."""
        rows = Counter((*self.coachees, *self.coaches))
        return frozenset(human for human, times in rows.items() if times > 1)

    @cached_property
    def in_both_roles(self) -> frozenset[int]:
        """The humans who are both coachee and coach."""
        return frozenset(self.coachees) & frozenset(self.coaches)


def humans_of(roster: Roster) -> Humans:
    """Number the humans in a roster, and return the number for each row."""
    people: tuple[Person, ...] = (*roster.coachees, *roster.coaches)
    number = same_humans(
        [(person.person, person.email, person.name) for person in people],
    )
    coachees = len(roster.coachees)
    return Humans(tuple(number[:coachees]), tuple(number[coachees:]))


def same_humans(people: Sequence[tuple[str, str, str]]) -> list[int]:
    """Return a number for each `(person, address, name)`; equal numbers mean the same human.

    The number is the index of the human's first row. Names are folded only where an address
    repeats.
    """
    first = list(range(len(people)))

    def root(row: int) -> int:
        while first[row] != row:
            first[row] = first[first[row]]
            row = first[row]
        return row

    addresses = Counter(folded_address(address) for _, address, _ in people)
    seen: dict[tuple[str, ...], int] = {}
    for row, (person, address, name) in enumerate(people):
        keys: list[tuple[str, ...]] = [("person", person)] if person else []
        key_address = folded_address(address)
        if key_address and addresses[key_address] > 1:
            keys.append(("name", key_address, folded(name)))
        for key in keys:
            one, other = sorted((root(seen.setdefault(key, row)), root(row)))
            first[other] = one
    return [root(row) for row in range(len(people))]
