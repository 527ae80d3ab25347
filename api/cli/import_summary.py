"""The lines that `gender-coach import` prints about two lists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from api.cli import import_facts as facts
from api.cli.output import render
from coach.intake.columns import PeopleKind
from coach.intake.fault_messages import excerpt
from coach.intake.list_comparison import Change, ComparedPerson, FieldChange, ListComparison
from coach.intake.list_review import ListedPerson, ListReview
from coach.people import Person
from coach.texts.facts import Displayed, Fact

_COMPARED = {
    PeopleKind.COACHEES: facts.COACHEES_COMPARED,
    PeopleKind.COACHES: facts.COACHES_COMPARED,
}
_COUNTED = {PeopleKind.COACHEES: facts.COACHEES, PeopleKind.COACHES: facts.COACHES}
_CHANGES = {Change.NEW: facts.NEW, Change.CHANGED: facts.CHANGED, Change.GONE: facts.GONE}


class ReviewedLists(Protocol):
    """Both lists with their review, and the position of each person in the files."""

    @property
    def review(self) -> ListReview:
        """The review of the lists."""

    def row(self, person: ListedPerson) -> int | None:
        """Return a person's row number, or `None` if they are only in the earlier list."""

    def file(self, person: ListedPerson) -> str:
        """Return the name of the file that lists a person."""


class ImportSummary:
    """The printed summary of an import, which identifies people by id, name, file and row."""

    def __init__(self, imported: ReviewedLists) -> None:
        self._imported = imported
        self._people: dict[ListedPerson, Person] = {
            ListedPerson(compared.kind, one.person.id, one.change is Change.GONE): one.person
            for compared in imported.review.lists
            for one in compared.people
        }

    def lines(self, *, advise: bool = True) -> Iterator[str]:
        """Yield the lines about an import.

        If the lists were not compared with earlier ones, `advise` adds how to do this.
        """
        review = self._imported.review
        for compared in review.lists:
            yield from self._list_lines(compared)
        if advise and review.coachees.earlier_count is None:
            yield render(facts.NOTHING_EARLIER())
        doubled = (facts.DOUBLED(people=self._labels(same)) for same in review.doubled)
        yield from _section(facts.DOUBLED_TITLE(), doubled)
        both = (facts.IN_BOTH_LISTS(people=self._labels(same)) for same in review.in_both_lists)
        yield from _section(facts.IN_BOTH_LISTS_TITLE(), both)
        renumbered = (
            facts.RENUMBERED(new=self._label(new), gone=self._label(gone))
            for gone, new in review.renumbered
        )
        yield from _section(facts.RENUMBERED_TITLE(), renumbered)
        suggestions = (
            facts.SUGGESTION(people=self._labels((one.first, one.second)), reasons=one.reasons)
            for one in review.suggestions
        )
        yield from _section(facts.SUGGESTIONS_TITLE(), suggestions)
        if review.suggestions:
            yield render(facts.SUGGESTIONS_ADVICE(), indent=2)

    def _list_lines(self, compared: ListComparison) -> Iterator[str]:
        people = facts.PEOPLE(count=compared.size)
        if compared.earlier_count is None:
            yield render(_COUNTED[compared.kind](people=people))
            return
        counts = {change.value: compared.count(change) for change in Change}
        yield render(_COMPARED[compared.kind](people=people, **counts))
        for one in compared.people:
            if one.change in _CHANGES:
                yield from self._person_lines(compared.kind, one)

    def _person_lines(self, kind: PeopleKind, one: ComparedPerson) -> Iterator[str]:
        listed = ListedPerson(kind, one.person.id, one.change is Change.GONE)
        yield render(_CHANGES[one.change](person=self._label(listed)), indent=2)
        for field in one.fields:
            yield render(_field_changed(field), indent=4)
        if one.may_be_somebody_else:
            yield render(facts.MAY_BE_SOMEBODY_ELSE(), indent=4)

    def _labels(self, people: Iterable[ListedPerson]) -> list[Fact]:
        return [self._label(one) for one in people]

    def _label(self, listed: ListedPerson) -> Fact:
        names = {"id": excerpt(listed.id), "name": excerpt(self._people[listed].name)}
        row = self._imported.row(listed)
        if row is None:
            return facts.LISTED_EARLIER(**names)
        return facts.LISTED(**names, file=self._imported.file(listed), row=row)


def _field_changed(field: FieldChange) -> Fact:
    def shown(cell: str) -> Displayed:
        return excerpt(cell) if cell else facts.EMPTY()

    return facts.FIELD_CHANGED(
        column=field.column, before=shown(field.before), after=shown(field.after)
    )


def _section(title: Fact, statements: Iterable[Fact]) -> Iterator[str]:
    """Yield a title and the statements under it, or nothing if there are no statements."""
    lines = [render(statement, indent=2) for statement in statements]
    if lines:
        yield render(title)
        yield from lines
