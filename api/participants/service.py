"""Use cases and queries for reading the people in a cycle."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.database.existing_row import existing_row
from api.http.principal import SYSTEM, Principal
from api.lists.json_pages import JsonPage
from api.participants.declined_times import Times, busy_times_in, declined_by_human
from api.participants.engaged_times import engaged_by_human
from api.participants.own_values import NAMED_FIELDS
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow, Side
from api.services import Services
from api.values import FrozenModel
from coach.availability import merged_busy_times
from coach.humans import same_humans
from coach.named_people import NamedPeople
from coach.people import Coach, Coachee, Person, Roster

AnyPerson = TypeVar("AnyPerson", Coach, Coachee)
_NAMING_FIELDS = (*NAMED_FIELDS, "chain_of_command")
_MODELS: dict[Side, type[Coachee | Coach]] = {Side.COACHEE: Coachee, Side.COACH: Coach}


class ParticipantDetails(FrozenModel):
    """A person as shown to the office. `left_at` is set if a later list omits the person."""

    brief: PersonSummary
    email: str
    profile: Coachee | Coach
    left_at: datetime | None


def list_people(
    services: Services, cycle_id: str, page: JsonPage, principal: Principal = SYSTEM
) -> tuple[tuple[ParticipantDetails, ...], int]:
    """Return a page of the people in a cycle, in the order of `participants_of`, and their number.

    A manager limited to countries sees only people of these countries, without the names of other
    people that they have entered.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        if principal.countries is not None:
            everybody = participants_of(tx, cycle_id)
            seen = [_without_named(each) for each in everybody if _is_seen(principal, each)]
            return tuple(page.of(seen)), len(seen)
        if page.limit is None:
            everybody = participants_of(tx, cycle_id)
            return tuple(page.of(everybody)), len(everybody)
        cycle_row(tx, cycle_id)
        ids = tx.scalars(
            select(PersonRow.id)
            .where(PersonRow.cycle_id == cycle_id)
            .order_by(PersonRow.side.desc(), PersonRow.position, PersonRow.code)
        ).all()
        shown = page.of(ids)
        people = participants_by_id(tx, shown)
        return tuple(people[one] for one in shown), len(ids)


def _is_seen(principal: Principal, person: ParticipantDetails) -> bool:
    return principal.sees_country(person.brief.country)


def _without_named(person: ParticipantDetails) -> ParticipantDetails:
    """Return a person without the names and ids of other people that were entered for them."""
    fields = type(person.profile).model_fields
    named = {name: fields[name].default for name in _NAMING_FIELDS if name in fields}
    return person.model_copy(update={"profile": person.profile.model_copy(update=named)})


def participants_of(tx: Transaction, cycle_id: str) -> tuple[ParticipantDetails, ...]:
    """Return all people in a cycle, coachees first, in the order of their lists.

    People who have left are included.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    return tuple(_view(row) for side in Side for row in people_rows(tx, cycle_id, side))


def participants_by_id(tx: Transaction, ids: Collection[str]) -> dict[str, ParticipantDetails]:
    """Return the people with these ids, by id."""
    return {
        row.id: _view(row) for row in tx.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))
    }


def person_of_cycle(tx: Transaction, person_id: str) -> ParticipantDetails:
    """Return a person.

    Raises:
        NotFoundError: there is no such person.
    """
    return _view(person_row(tx, person_id))


def person_row(tx: Transaction, person_id: str) -> PersonRow:
    """Return a person's row.

    Raises:
        NotFoundError: there is no such person.
    """
    return existing_row(tx, PersonRow, person_id, "person")


def roster_of(tx: Transaction, cycle_id: str, *, with_declined_times: bool = True) -> Roster:
    """Return the people currently in a cycle, in the order of their lists.

    People of one human get the same value of `person`, even if the lists do not link them. The
    times that people have declined are among their busy times, unless `with_declined_times` is
    false.
    """
    coachees, coaches = (
        [row for row in people_rows(tx, cycle_id, side) if row.left_at is None]
        for side in (Side.COACHEE, Side.COACH)
    )
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
    rows: Sequence[PersonRow], people: Sequence[AnyPerson], declined: Mapping[str, Sequence[Times]]
) -> Iterator[AnyPerson]:
    """Yield `people`, with busy times added where their human has declined a time in any cycle."""
    for row, person in zip(rows, people, strict=True):
        busy = list(person.busy)
        for time in declined.get(row.human_id or row.id, ()):
            busy += busy_times_in(time, person.zone)
        changed = len(busy) > len(person.busy)
        yield person.model_copy(update={"busy": merged_busy_times(busy)}) if changed else person


def _with_ids_of_named(
    rows: Sequence[PersonRow], people: Sequence[AnyPerson], others: Sequence[Person]
) -> Iterator[AnyPerson]:
    """Yield `people`, with ids in place of the names that they have entered themselves.

    Unknown names are left out, because they may be names of people who are not in the cycle.
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
    coachees, coaches = (
        [
            row.profile | (row.listed or {})
            for row in people_rows(tx, cycle_id, side)
            if row.left_at is None
        ]
        for side in (Side.COACHEE, Side.COACH)
    )
    return Roster(
        coachees=tuple(map(Coachee.model_validate, coachees)),
        coaches=tuple(map(Coach.model_validate, coaches)),
    )


def people_as_json(
    tx: Transaction, cycle_id: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]] | None:
    """Return the coachees and coaches now in a cycle as JSON, without declined times.

    Validating the JSON gives the people of `roster_of`. Returns `None` if somebody has entered
    names of others, because finding their ids requires comparing names.
    """
    coachees, coaches = (
        [row for row in people_rows(tx, cycle_id, side) if row.left_at is None]
        for side in (Side.COACHEE, Side.COACH)
    )
    everybody = [*coachees, *coaches]
    if any(not (row.listed or {}).keys().isdisjoint(NAMED_FIELDS) for row in everybody):
        return None
    joined = _values_of_person(everybody)
    first, second = ([row.profile | joined(row) for row in rows] for rows in (coachees, coaches))
    return first, second


def _values_of_person(rows: Sequence[PersonRow]) -> Callable[[PersonRow], dict[str, str]]:
    """Return a function that returns the value of `person` to add to a row, if any."""
    by_human: dict[str, list[PersonRow]] = defaultdict(list)
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


def _listed_key(row: PersonRow) -> tuple[str, str, str]:
    return row.profile.get("person", ""), row.profile["email"], row.profile["name"]


def ids_by_code(tx: Transaction, cycle_id: str) -> dict[tuple[Side, str], str]:
    """Return the ids of all people in a cycle, including those who left, by side and code."""
    rows = tx.execute(
        select(PersonRow.side, PersonRow.code, PersonRow.id).where(PersonRow.cycle_id == cycle_id)
    )
    return {(side, code): identifier for side, code, identifier in rows}


def ids_of_codes(
    tx: Transaction, cycle_id: str, side: Side, codes: Collection[str]
) -> dict[str, str]:
    """Return the ids of the people on one side of a cycle with these codes, by code."""
    rows = tx.execute(
        select(PersonRow.code, PersonRow.id).where(
            PersonRow.cycle_id == cycle_id, PersonRow.side == side, PersonRow.code.in_(codes)
        )
    )
    return dict(rows.all())


def labels_of_cycle(tx: Transaction, cycle_id: str) -> dict[str, str]:
    """Return the display name and code of everybody currently in a cycle, by code."""
    rows = tx.execute(
        select(PersonRow.code, PersonRow.name).where(
            PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None)
        )
    )
    return {code: f"{name} ({code})" for code, name in rows}


def people_rows(tx: Transaction, cycle_id: str, side: Side) -> Sequence[PersonRow]:
    """Return the rows of one side of a cycle in list order, including people who have left."""
    return tx.scalars(
        select(PersonRow)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.side == side)
        .order_by(PersonRow.position, PersonRow.code)
    ).all()


def profile_of(row: PersonRow) -> Coachee | Coach:
    """Return the profile in a person's row as a `Coachee` or `Coach`."""
    return _MODELS[row.side].model_validate(row.profile)


def _view(row: PersonRow) -> ParticipantDetails:
    return ParticipantDetails(
        brief=person_summary(row), email=row.email, profile=profile_of(row), left_at=row.left_at
    )


def time_zone_of(services: Services, principal: Principal) -> ZoneInfo:
    """Return the time zone in which a person reads times; the office uses UTC."""
    if principal.person_id is None:
        return ZoneInfo("UTC")
    with services.database.reading() as tx:
        return ZoneInfo(person_row(tx, principal.person_id).timezone)
