"""Reviews both lists of people before they are used: who is new, changed, gone, or entered twice.

`review_lists` computes everything that a user has to check before lists replace earlier ones. The
command `import` and the server both use it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from coach.duplicates import Identity, suggest_duplicates
from coach.humans import same_humans
from coach.intake.columns import PeopleKind
from coach.intake.list_comparison import Change, ListComparison, compare_list
from coach.people import Person, Roster
from coach.texts.facts import Fact


@dataclass(frozen=True, slots=True)
class ListedPerson:
    """A person, identified by list and id; `is_gone` if the id is only in the earlier list."""

    kind: PeopleKind
    id: str
    is_gone: bool = False


@dataclass(frozen=True, slots=True)
class PossibleDuplicate:
    """Two records that may belong to the same human, with the reasons; a user has to decide."""

    first: ListedPerson
    second: ListedPerson
    reasons: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class ListReview:
    """The findings that a user checks before two lists are used.

    Attributes:
        coachees: the coachees, compared with the earlier list.
        coaches: the coaches, compared with the earlier list.
        doubled: the humans with several rows in one list; each is a tuple of these rows.
        in_both_lists: the humans who are both coachee and coach; each is a tuple of all their rows.
        renumbered: pairs of a person who is gone and a new person who are the same human.
        suggestions: the possible duplicates.
    """

    coachees: ListComparison
    coaches: ListComparison
    doubled: tuple[tuple[ListedPerson, ...], ...]
    in_both_lists: tuple[tuple[ListedPerson, ...], ...]
    renumbered: tuple[tuple[ListedPerson, ListedPerson], ...]
    suggestions: tuple[PossibleDuplicate, ...]

    @property
    def lists(self) -> tuple[ListComparison, ListComparison]:
        """The comparisons of both lists with the earlier ones."""
        return self.coachees, self.coaches


def review_lists(roster: Roster, earlier: Roster | None = None) -> ListReview:
    """Compare two lists with the earlier ones, if there are any, and find people entered twice."""
    coachees = compare_list(
        PeopleKind.COACHEES, roster.coachees, earlier.coachees if earlier else None
    )
    coaches = compare_list(PeopleKind.COACHES, roster.coaches, earlier.coaches if earlier else None)
    rows = _Rows(coachees, coaches)
    return ListReview(
        coachees=coachees,
        coaches=coaches,
        doubled=tuple(rows.doubled()),
        in_both_lists=tuple(rows.in_both_lists()),
        renumbered=tuple(rows.renumbered()),
        suggestions=tuple(rows.suggestions()),
    )


class _Rows:
    """The people in both lists, followed by people who are gone, grouped by human."""

    def __init__(self, *lists: ListComparison) -> None:
        rows = [(one, compared) for one in lists for compared in one.people]
        rows.sort(key=lambda row: row[1].change is Change.GONE)
        self._people: Sequence[Person] = [compared.person for _, compared in rows]
        self._changes = [compared.change for _, compared in rows]
        self._listed = [
            ListedPerson(one.kind, compared.person.id, compared.change is Change.GONE)
            for one, compared in rows
        ]
        humans = same_humans([(one.person, one.email, one.name) for one in self._people])
        by_human: dict[int, list[int]] = defaultdict(list)
        for position, human in enumerate(humans):
            by_human[human].append(position)
        self._repeated = [positions for positions in by_human.values() if len(positions) > 1]

    def doubled(self) -> Iterator[tuple[ListedPerson, ...]]:
        """Yield the rows of each human who has more than one row in a new list."""
        for present in self._present():
            for kind in PeopleKind:
                same = tuple(one for one in present if one.kind is kind)
                if len(same) > 1:
                    yield same

    def in_both_lists(self) -> Iterator[tuple[ListedPerson, ...]]:
        """Yield the rows of each human who is in both lists."""
        for present in self._present():
            if len({one.kind for one in present}) > 1:
                yield tuple(present)

    def renumbered(self) -> Iterator[tuple[ListedPerson, ListedPerson]]:
        """Yield pairs of a gone person and a new person in the same list who are one human."""
        for positions in self._repeated:
            for kind in PeopleKind:
                own = [one for one in positions if self._listed[one].kind is kind]
                gone = (self._listed[one] for one in own if self._changes[one] is Change.GONE)
                new = (self._listed[one] for one in own if self._changes[one] is Change.NEW)
                yield from zip(gone, new, strict=False)

    def suggestions(self) -> Iterator[PossibleDuplicate]:
        """Yield possible duplicates.

        People who are gone are paired only with new people in the same list.
        """
        for one in suggest_duplicates([Identity.of(person) for person in self._people]):
            first, second = self._listed[one.first], self._listed[one.second]
            if not second.is_gone or (
                not first.is_gone
                and self._changes[one.first] is Change.NEW
                and first.kind is second.kind
            ):
                yield PossibleDuplicate(first, second, one.reasons)

    def _present(self) -> Iterator[list[ListedPerson]]:
        for positions in self._repeated:
            yield [self._listed[one] for one in positions if not self._listed[one].is_gone]
