"""Use cases for the office: listing applications and possible duplicates, and deciding on them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import CycleHeader, cycle_header
from api.database.existing_row import existing_row
from api.enrolment import facts
from api.enrolment.applications import read_applicant
from api.enrolment.calls import OpenCall, call_of_cycle
from api.enrolment.requests import request_details
from api.enrolment.rows import ApplicationRow
from api.participants.rosters import listed_roster
from api.participants.rows import PersonRow, Side
from api.participants.undo import store_undo
from api.participants.upload import check_stored_policy, store_list
from api.people.duplicates import SimilarHuman, similar_humans
from api.services import Services
from coach.duplicates import Identity
from coach.errors import ConflictError
from coach.humans import folded_address


@dataclass(frozen=True, slots=True)
class Application:
    """An application, with the humans in the directory who may be the same person."""

    id: str
    side: Side
    name: str
    email: str
    cells: dict[str, str]
    created_at: datetime
    similar: tuple[SimilarHuman, ...]


@dataclass(frozen=True, slots=True)
class Applications:
    """A cycle's applications, oldest first, and its open call."""

    cycle: CycleHeader
    call: OpenCall | None
    waiting: tuple[Application, ...]


def read_applications(services: Services, cycle_id: str) -> Applications:
    """Return a cycle's applications and its call.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        rows = tx.scalars(
            select(ApplicationRow)
            .where(ApplicationRow.cycle_id == cycle_id)
            .order_by(ApplicationRow.created_at, ApplicationRow.id)
        ).all()
        similar = similar_humans(tx, [Identity(name=one.name, address=one.email) for one in rows])
        return Applications(
            cycle=cycle,
            call=call_of_cycle(tx, services, cycle_id),
            waiting=tuple(
                Application(
                    id=row.id,
                    side=row.side,
                    name=row.name,
                    email=row.email,
                    cells=dict(row.cells),
                    created_at=row.created_at,
                    similar=alike,
                )
                for row, alike in zip(rows, similar, strict=True)
            ),
        )


def count_applications(tx: Transaction, cycle_id: str) -> int:
    """Return the number of a cycle's applications that are awaiting a decision."""
    query = select(func.count(ApplicationRow.id)).where(ApplicationRow.cycle_id == cycle_id)
    return tx.scalar(query) or 0


def approve(services: Services, application_id: str) -> str:
    """Add an applicant to their side's list, as an upload would, and return the cycle's id.

    The person is sent their secret link. The addition can be undone until the next run.

    Raises:
        NotFoundError: there is no such application.
        ConflictError: the same person is already in this list.
        UnusableInputError: the application is no longer valid, or no longer fits the policy.
    """
    with services.database.writing() as tx:
        row, now = existing_row(tx, ApplicationRow, application_id, "application"), services.now()
        cycle_id, side = row.cycle_id, row.side
        listed = listed_roster(tx, cycle_id)
        people = listed.coachees if side is Side.COACHEE else listed.coaches
        code = _free_code(tx, cycle_id, side)
        person = read_applicant(side, row.cells, row.email, code)
        key = (folded_address(person.email), person.name)
        if key in {(folded_address(one.email), one.name) for one in people}:
            raise ConflictError(facts.ALREADY_THERE())
        store_undo(tx, cycle_id, now=now)
        store_list(tx, cycle_id, side, [*people, person], now=now)
        check_stored_policy(tx, cycle_id)
        added = tx.scalars(
            select(PersonRow).where(
                PersonRow.cycle_id == cycle_id, PersonRow.side == side, PersonRow.code == code
            )
        ).one()
        tx.delete(row)
        record_event(tx, "application approved", "person", added.id)
        request_details(tx, services, [added], now=now)
        services.people_changed(tx, services, cycle_id)
        return cycle_id


def refuse(services: Services, application_id: str) -> str:
    """Delete an application, and return the cycle's id. The applicant is not notified.

    Raises:
        NotFoundError: there is no such application.
    """
    with services.database.writing() as tx:
        row = existing_row(tx, ApplicationRow, application_id, "application")
        tx.delete(row)
        record_event(tx, "application refused", "cycle", row.cycle_id)
        return row.cycle_id


def _free_code(tx: Transaction, cycle_id: str, side: Side) -> str:
    """Return an id that nobody on this side of the cycle has or has had."""
    used = set(
        tx.scalars(
            select(PersonRow.code).where(PersonRow.cycle_id == cycle_id, PersonRow.side == side)
        )
    )
    codes = (f"A-{number:03d}" for number in range(1, len(used) + 2))
    return next(code for code in codes if code not in used)
