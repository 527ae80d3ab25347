"""Compares stored lists with submitted ones, field by field."""

from __future__ import annotations

from collections.abc import Iterator

from coach.errors import Difference
from coach.intake.columns import PeopleKind
from coach.intake.list_comparison import Change, compare_list
from coach.people import Roster

_MOST_SHOWN = 200


def list_differences(stored: Roster, submitted: Roster | None) -> tuple[Difference, ...]:
    """Return up to 200 differences, or none if the submitted lists could not be read.

    The field of a difference consists of the kind of list, the id of the person, and the column,
    such as `coachees.C-1.email`. The column is omitted if the person is in only one of the two
    lists.
    """
    if submitted is None:
        return ()
    found = _differences(stored, submitted)
    return tuple(one for one, _ in zip(found, range(_MOST_SHOWN), strict=False))


def _differences(stored: Roster, submitted: Roster) -> Iterator[Difference]:
    for kind, mine, theirs in (
        (PeopleKind.COACHEES, submitted.coachees, stored.coachees),
        (PeopleKind.COACHES, submitted.coaches, stored.coaches),
    ):
        for one in compare_list(kind, mine, theirs).people:
            name = f"{kind}.{one.person.id}"
            if one.change is Change.NEW:
                yield Difference(name, "", one.person.name)
            elif one.change is Change.GONE:
                yield Difference(name, one.person.name, "")
            for field in one.fields:
                yield Difference(f"{name}.{field.column}", field.before, field.after)
