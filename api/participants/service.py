"""Use cases and queries for reading the people in a cycle."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row
from api.database.existing_row import existing_row
from api.http.principal import SYSTEM, Principal
from api.lists.json_pages import JsonPage
from api.participants.own_values import NAMED_FIELDS
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow, Side
from api.services import Services
from api.values import FrozenModel
from coach.people import Coach, Coachee

AnyPerson = TypeVar("AnyPerson", Coach, Coachee)
_NAMING_FIELDS = (*NAMED_FIELDS, "chain_of_command")
MODELS: dict[Side, type[Coachee | Coach]] = {Side.COACHEE: Coachee, Side.COACH: Coach}
"""The class of the profiles on each side."""


class ParticipantDetails(FrozenModel):
    """A person as shown to the office. `left_at` is set if the person has left the cycle."""

    brief: PersonSummary
    email: str
    profile: Coachee | Coach
    left_at: datetime | None


def list_people(
    services: Services, cycle_id: str, page: JsonPage, principal: Principal = SYSTEM
) -> tuple[tuple[ParticipantDetails, ...], int]:
    """Return a page of people in a cycle, ordered as in `participants_of`, and the total number.

    A manager limited to countries sees only people from these countries, without the fields that
    name other people.

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
    """Return all people in a cycle, coachees first, in list order.

    People who have left are included.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    return tuple(_view(row) for side in Side for row in people_rows(tx, cycle_id, side))


def participants_by_id(tx: Transaction, ids: Collection[str]) -> dict[str, ParticipantDetails]:
    """Return the people with these ids, keyed by id."""
    return {
        row.id: _view(row) for row in tx.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))
    }


def person_of_cycle(tx: Transaction, person_id: str) -> ParticipantDetails:
    """Return a person as shown to the office.

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


def ids_by_code(tx: Transaction, cycle_id: str) -> dict[tuple[Side, str], str]:
    """Return everybody's id in a cycle, including those who have left, keyed by side and code."""
    rows = tx.execute(
        select(PersonRow.side, PersonRow.code, PersonRow.id).where(PersonRow.cycle_id == cycle_id)
    )
    return {(side, code): identifier for side, code, identifier in rows}


def ids_of_codes(
    tx: Transaction, cycle_id: str, side: Side, codes: Collection[str]
) -> dict[str, str]:
    """Return the ids of the people with these codes on one side of a cycle, keyed by code."""
    rows = tx.execute(
        select(PersonRow.code, PersonRow.id).where(
            PersonRow.cycle_id == cycle_id, PersonRow.side == side, PersonRow.code.in_(codes)
        )
    )
    return dict(rows.all())


def labels_of_cycle(tx: Transaction, cycle_id: str) -> dict[str, str]:
    """Return the display name and code of everybody currently in a cycle, keyed by code."""
    rows = tx.execute(
        select(PersonRow.code, PersonRow.name).where(
            PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None)
        )
    )
    return {code: f"{name} ({code})" for code, name in rows}


def people_rows(tx: Transaction, cycle_id: str, side: Side) -> Sequence[PersonRow]:
    """Return the rows for one side of a cycle in list order, including people who have left."""
    return tx.scalars(
        select(PersonRow)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.side == side)
        .order_by(PersonRow.position, PersonRow.code)
    ).all()


def profile_of(row: PersonRow) -> Coachee | Coach:
    """Return the profile in a person's row as a `Coachee` or `Coach`."""
    return MODELS[row.side].model_validate(row.profile)


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
