"""The people of a cycle: taking in whole lists, and reading them back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import cycle_row
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow, Side
from api.values import FrozenModel
from coach.errors import NotFoundError
from coach.people import Coach, Coachee, Person, Roster

_MODELS: dict[Side, type[Coachee | Coach]] = {Side.COACHEE: Coachee, Side.COACH: Coach}


class ParticipantDetails(FrozenModel):
    """A person as the programme office sees them. `left_at` is set once a later list left them out.

    `has_link` says whether a working secret link is out.
    """

    brief: PersonSummary
    email: str
    profile: Coachee | Coach
    left_at: datetime | None


class UploadSummary(FrozenModel):
    """What taking in a list did: how many are new, changed, unchanged, and gone."""

    side: Side
    added: int
    changed: int
    unchanged: int
    left: int


def import_people(
    tx: Transaction,
    cycle_id: str,
    side: Side,
    people: Sequence[Person],
    *,
    now: datetime,
) -> UploadSummary:
    """Make `people` the whole list of one side of a cycle, matching them by their ids.

    Who is missing from it has left: they keep their sessions and submissions, and are in no
    further run.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    known = {row.code: row for row in _rows(tx, cycle_id, side)}
    added = changed = 0
    for position, person in enumerate(people):
        row = known.pop(person.id, None)
        if row is None:
            row = PersonRow(cycle_id=cycle_id, side=side, code=person.id)
            _update_row(row, person, position)
            tx.add(row)
            added += 1
        else:
            changed += _update_row(row, person, position)
    departed = [row for row in known.values() if row.left_at is None]
    for row in departed:
        row.left_at = now
    record_event(
        tx,
        f"{side} list taken in",
        "cycle",
        cycle_id,
        added=added,
        changed=changed,
        left=len(departed),
    )
    return UploadSummary(
        side=side,
        added=added,
        changed=changed,
        unchanged=len(people) - added - changed,
        left=len(departed),
    )


def list_people(tx: Transaction, cycle_id: str) -> tuple[ParticipantDetails, ...]:
    """Everybody of a cycle, coachees first, each side in the order of its list.

    Raises:
        NotFoundError: there is no such cycle.
    """
    cycle_row(tx, cycle_id)
    return tuple(_view(row) for side in Side for row in _rows(tx, cycle_id, side))


def person_of_cycle(tx: Transaction, person_id: str) -> ParticipantDetails:
    """One person.

    Raises:
        NotFoundError: there is no such person.
    """
    return _view(person_row(tx, person_id))


def person_row(tx: Transaction, person_id: str) -> PersonRow:
    """The row of a person.

    Raises:
        NotFoundError: there is no such person.
    """
    row = tx.get(PersonRow, person_id)
    if row is None:
        raise NotFoundError(f"there is no person {person_id}")
    return row


def roster_of(tx: Transaction, cycle_id: str) -> Roster:
    """Everybody who is still in a cycle, in the order of their lists."""
    active = [row for side in Side for row in _rows(tx, cycle_id, side) if row.left_at is None]
    return Roster(
        coachees=tuple(
            Coachee.model_validate(row.profile) for row in active if row.side is Side.COACHEE
        ),
        coaches=tuple(
            Coach.model_validate(row.profile) for row in active if row.side is Side.COACH
        ),
    )


def ids_by_code(tx: Transaction, cycle_id: str) -> dict[tuple[Side, str], str]:
    """The identifier of everybody who is or was in a cycle, by side and spreadsheet id."""
    rows = tx.execute(
        select(PersonRow.side, PersonRow.code, PersonRow.id).where(PersonRow.cycle_id == cycle_id)
    )
    return {(side, code): identifier for side, code, identifier in rows}


def _update_row(row: PersonRow, person: Person, position: int) -> bool:
    """Bring `row` to what `person` says, and tell whether that changed anything of it."""
    same = row.left_at is None and row.profile is not None and profile_of(row) == person
    row.position, row.left_at, row.erased_at = position, None, None
    if row.profile is None or row.profile["email"] != person.email:
        row.email = person.email  # otherwise one that they have changed themselves stays
    row.name, row.timezone = person.name, person.timezone
    row.profile = person.model_dump(mode="json")
    return not same


def _rows(tx: Transaction, cycle_id: str, side: Side) -> Sequence[PersonRow]:
    return tx.scalars(
        select(PersonRow)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.side == side)
        .order_by(PersonRow.position, PersonRow.code)
    ).all()


def profile_of(row: PersonRow) -> Coachee | Coach:
    """What the list says of a person."""
    return _MODELS[row.side].model_validate(row.profile)


def _view(row: PersonRow) -> ParticipantDetails:
    return ParticipantDetails(
        brief=person_summary(row), email=row.email, profile=profile_of(row), left_at=row.left_at
    )
