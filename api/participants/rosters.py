"""The people currently in a cycle as a roster, in list order."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic_core import from_json
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session as Transaction

from api.participants.declined_times import Times, busy_times_in, declined_by_human
from api.participants.engaged_times import engaged_by_human
from api.participants.own_values import NAMED_FIELDS
from api.participants.rows import PersonRow, Side
from coach.availability import merged_busy_times
from coach.humans import same_humans
from coach.named_people import NamedPeople
from coach.people import Coach, Coachee, Person, Roster

AnyPerson = TypeVar("AnyPerson", Coach, Coachee)


class _Stored(NamedTuple):
    """The columns of a person's row that determine their profile."""

    id: str
    human_id: str | None
    profile: dict[str, Any]
    listed: dict[str, Any] | None


def roster_of(tx: Transaction, cycle_id: str, *, with_declined_times: bool = True) -> Roster:
    """Return the people currently in a cycle, in list order.

    People who are the same human get the same value of `person`, even if the lists do not link
    them. The times that people have declined, and those of required group events, are among their
    busy times, unless `with_declined_times` is false.
    """
    coachees, coaches = _sides(tx, cycle_id)
    joined = _values_of_person([*coachees, *coaches])
    roster = Roster(
        coachees=tuple(Coachee.model_validate(row.profile | joined(row)) for row in coachees),
        coaches=tuple(Coach.model_validate(row.profile | joined(row)) for row in coaches),
    )
    roster = Roster(
        coachees=tuple(_with_ids_of_named(coachees, roster.coachees, roster.coaches)),
        coaches=tuple(_with_ids_of_named(coaches, roster.coaches, roster.coachees)),
    )
    if not with_declined_times:
        return roster
    declined = declined_by_human(tx, cycle_id)
    for key, times in engaged_by_human(tx, cycle_id).items():
        declined[key] = [*declined.get(key, ()), *times]
    return Roster(
        coachees=tuple(_with_declined_times(coachees, roster.coachees, declined)),
        coaches=tuple(_with_declined_times(coaches, roster.coaches, declined)),
    )


def _with_declined_times(
    rows: Sequence[_Stored], people: Sequence[AnyPerson], declined: Mapping[str, Sequence[Times]]
) -> Iterator[AnyPerson]:
    """Yield `people` with the times in `declined`, keyed by human, added as busy times."""
    for row, person in zip(rows, people, strict=True):
        busy = list(person.busy)
        for time in declined.get(row.human_id or row.id, ()):
            busy += busy_times_in(time, person.zone)
        changed = len(busy) > len(person.busy)
        yield person.model_copy(update={"busy": merged_busy_times(busy)}) if changed else person


def _with_ids_of_named(
    rows: Sequence[_Stored], people: Sequence[AnyPerson], others: Sequence[Person]
) -> Iterator[AnyPerson]:
    """Yield `people`, with ids in place of the names that they have entered themselves.

    Unknown names are omitted, because they may be names of people who are not in the cycle.
    """
    named: NamedPeople | None = None
    for row, person in zip(rows, people, strict=True):
        own = [field for field in NAMED_FIELDS if field in (row.listed or {})]
        if own:
            named = named or NamedPeople.of(others)
            ids = {field: named.find(getattr(person, field)) for field in own}
            if "refuses" in ids:
                yield person.model_copy(update=ids | {"refuses": frozenset(ids["refuses"])})
            else:
                yield person.model_copy(update=ids)
        else:
            yield person


def listed_roster(tx: Transaction, cycle_id: str) -> Roster:
    """Return the people currently in a cycle, exactly as their lists describe them."""
    return parse_listed(listed_as_text(tx, cycle_id))


ListedText = tuple[Side, str, str | None]
"""A person's side and two columns as JSON: the profile, and the list's values of own fields."""


def listed_as_text(tx: Transaction, cycle_id: str) -> tuple[ListedText, ...]:
    """Return the people whom `listed_roster` returns, as stored text and without validation.

    This is much faster than `listed_roster`. Equal texts represent equal people.
    """
    rows = tx.execute(
        select(PersonRow.side, cast(PersonRow.profile, Text), cast(PersonRow.listed, Text))
        .where(PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None))
        .order_by(PersonRow.position, PersonRow.code)
    )
    return tuple((side, profile, listed) for side, profile, listed in rows)


def parse_listed(people: Iterable[ListedText]) -> Roster:
    """Parse the stored text of people, as returned by `listed_as_text`, into a roster."""
    sides: dict[Side, list[dict[str, Any]]] = {Side.COACHEE: [], Side.COACH: []}
    for side, profile, listed in people:
        sides[side].append(from_json(profile) | (from_json(listed) if listed else {}))
    return Roster(
        coachees=tuple(map(Coachee.model_validate, sides[Side.COACHEE])),
        coaches=tuple(map(Coach.model_validate, sides[Side.COACH])),
    )


def people_as_json(
    tx: Transaction, cycle_id: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """Return the coachees and coaches currently in a cycle as JSON, without declined times.

    Validating the JSON results in the people that `roster_of` returns without declined times.
    Returns `None` if somebody has entered names of others, because finding their ids requires
    comparing names.
    """
    coachees, coaches = _sides(tx, cycle_id)
    everybody = [*coachees, *coaches]
    if any(not (one.listed or {}).keys().isdisjoint(NAMED_FIELDS) for one in everybody):
        return None
    joined = _values_of_person(everybody)
    first, second = ([one.profile | joined(one) for one in each] for each in (coachees, coaches))
    return first, second


def _sides(tx: Transaction, cycle_id: str) -> tuple[list[_Stored], list[_Stored]]:
    """Return the coachees and coaches currently in a cycle, in list order."""
    sides: dict[Side, list[_Stored]] = {Side.COACHEE: [], Side.COACH: []}
    columns = (PersonRow.id, PersonRow.human_id, PersonRow.profile, PersonRow.listed)
    for side, *values in tx.execute(
        select(PersonRow.side, *columns)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None))
        .order_by(PersonRow.position, PersonRow.code)
    ):
        sides[side].append(_Stored(*values))
    return sides[Side.COACHEE], sides[Side.COACH]


def _values_of_person(
    rows: Sequence[_Stored],
) -> Callable[[_Stored], dict[str, str]]:
    """Return a function that returns the value of `person` to add to a row, if any."""
    by_human: dict[str, list[_Stored]] = defaultdict(list)
    for row in rows:
        if row.human_id is not None:
            by_human[row.human_id].append(row)
    joined: dict[str, dict[str, str]] = {}
    for human_id, people in by_human.items():
        if len(people) == 1 or len(set(same_humans(list(map(_listed_key, people))))) == 1:
            continue
        values = sorted(filter(None, (row.profile.get("person") for row in people)))
        joined[human_id] = {"person": values[0] if values else human_id}
    return lambda row: joined.get(row.human_id or "", {})


def _listed_key(row: _Stored) -> tuple[str, str, str]:
    return row.profile.get("person", ""), row.profile["email"], row.profile["name"]
