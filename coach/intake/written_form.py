"""Writes people as the cells of a people file, in the standard format."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from coach.intake.columns import COLUMNS, PeopleKind
from coach.people import Person


def people_rows(kind: PeopleKind, people: Iterable[Person]) -> Iterator[list[str]]:
    """Yield the header of a people file, and a row for each person.

    Reading these rows returns the same people, even with `strict`, provided that every id that they
    refer to belongs to a person in the cycle. Fields that were not set become empty cells.
    """
    people = tuple(people)
    names = [
        column.name
        for column in COLUMNS[kind]
        if column.in_template or any(getattr(person, column.name) for person in people)
    ]
    yield names
    for person in people:
        yield [written_cell(person, name) if name in person.model_fields_set else ""
               for name in names]  # fmt: skip


def written_cell(person: Person, column: str) -> str:
    """Return a field's value as the text of its cell; an empty value is an empty string.

    >>> from coach.people import Coachee
    >>> ana = Coachee.model_construct(languages=("sq:C1", "en:B2"), uniformed_coach=True)
    >>> written_cell(ana, "languages"), written_cell(ana, "uniformed_coach")
    ('sq:C1; en:B2', 'yes')
    """
    value = getattr(person, column)
    if isinstance(value, frozenset):
        return "; ".join(sorted(value))
    if isinstance(value, tuple):
        return "; ".join(map(_text, value))
    return _text(value)


def _text(value: Any) -> str:  # noqa: ANN401 - a field of any type
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value.value if isinstance(value, Enum) else value)
