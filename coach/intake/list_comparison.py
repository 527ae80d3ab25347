"""Compares a list of people with an earlier list: who is new, gone or changed, and in which fields.

People are the same if they have the same id. Finding the same human under another id is left to
`coach.humans` and `coach.duplicates`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from coach.folding import folded
from coach.humans import folded_address
from coach.intake import review_facts as facts
from coach.intake.columns import COLUMNS, PeopleKind
from coach.intake.written_form import written_cell
from coach.people import Person
from coach.texts.facts import Fact


class Change(StrEnum):
    """The kind of difference between a person and the earlier list."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that has changed: its column, and its text before and after (see `written_cell`)."""

    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ComparedPerson:
    """A person in either list, and the differences from the earlier list.

    Attributes:
        person: the person as in the new list, or as in the earlier list if they are gone.
        change: how the person differs from the earlier list.
        fields: the fields that have changed, in the order of the columns.
    """

    person: Person
    change: Change
    fields: tuple[FieldChange, ...] = ()

    @property
    def may_be_somebody_else(self) -> bool:
        """Whether both the name and the address have changed, so the id may have been reused."""
        changed = {one.column: one for one in self.fields}
        name, address = changed.get("name"), changed.get("email")
        return (
            name is not None
            and address is not None
            and folded(name.before) != folded(name.after)
            and folded_address(address.before) != folded_address(address.after)
        )


@dataclass(frozen=True, slots=True)
class ListComparison:
    """The people in a list, in file order, followed by people who are gone.

    Attributes:
        kind: the kind of people.
        people: everyone in either list.
        earlier_count: the number of people in the earlier list; `None` if there is none, in which
            case everyone is new.
    """

    kind: PeopleKind
    people: tuple[ComparedPerson, ...]
    earlier_count: int | None

    def count(self, change: Change) -> int:
        """Return the number of people with this change."""
        return sum(one.change is change for one in self.people)

    @property
    def size(self) -> int:
        """The number of people in the new list."""
        return len(self.people) - self.count(Change.GONE)

    @property
    def is_much_shorter(self) -> bool:
        """Whether the list is empty, or has fewer than two thirds of the earlier list's people."""
        return self.size == 0 or 3 * self.size < 2 * (self.earlier_count or 0)

    @property
    def concern(self) -> Fact | None:
        """The reason why this list may be wrong or incomplete, or `None` if there is none."""
        earlier, gone = self.earlier_count or 0, self.count(Change.GONE)
        if self.size == 0:
            return facts.EMPTY_LIST()
        if self.is_much_shorter:
            return facts.MUCH_SHORTER(count=self.size, earlier=earlier)
        return facts.MOSTLY_GONE(count=gone, earlier=earlier) if 2 * gone > earlier else None


def compare_list(
    kind: PeopleKind, people: Sequence[Person], earlier: Iterable[Person] | None
) -> ListComparison:
    """Compare a list of people with an earlier list, if there is one."""
    before = {one.id: one for one in earlier or ()}
    compared = [_compared(kind, person, before.get(person.id)) for person in people]
    present = {person.id for person in people}
    gone = [ComparedPerson(one, Change.GONE) for one in before.values() if one.id not in present]
    return ListComparison(kind, (*compared, *gone), None if earlier is None else len(before))


def _compared(kind: PeopleKind, person: Person, earlier: Person | None) -> ComparedPerson:
    if earlier is None:
        return ComparedPerson(person, Change.NEW)
    cells = (
        FieldChange(column.name, written_cell(earlier, column.name),
                    written_cell(person, column.name))
        for column in COLUMNS[kind]
        if getattr(earlier, column.name) != getattr(person, column.name)
    )  # fmt: skip
    changed = tuple(one for one in cells if one.before != one.after)
    return ComparedPerson(person, Change.CHANGED if changed else Change.UNCHANGED, changed)
