"""Use cases for the office: listing, recording and removing nominations of coachees."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, Field, StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.life import facts
from api.coaching.life.rows import MAX_LETTER, MAX_NOMINATED_BY, NominationRow
from api.cycles.service import CycleHeader, cycle_header
from api.lists.bulk import MAX_CHOSEN
from api.mail.rows import SENT_STATES, MailKind, MailRow
from api.participants.rows import PersonRow, Side
from api.services import Services
from api.values import FrozenModel, Identifier
from coach.errors import ConflictError, NotFoundError
from coach.feedback import SingleLineText


class NominationInput(FrozenModel):
    """A letter that nominates coachees. `nominated_by` is an office, not a person."""

    people: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=MAX_CHOSEN)]
    nominated_by: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_NOMINATED_BY),
        SingleLineText,
    ]
    letter: Annotated[
        str, StringConstraints(strip_whitespace=True, max_length=MAX_LETTER), SingleLineText
    ] = ""
    nominated_on: date


class Nomination(FrozenModel):
    """A nomination; `letter` is the reference of the letter, or empty."""

    id: str
    nominated_by: str
    letter: str
    nominated_on: date


class Candidate(FrozenModel):
    """A coachee in a cycle, with any nomination and the time of the invitation to enrol.

    `can_be_nominated` is true if the coachee is still in the cycle and not nominated yet.
    """

    person_id: str
    code: str
    name: str
    nomination: Nomination | None
    invited_at: AwareDatetime | None
    can_be_nominated: bool


@dataclass(frozen=True, slots=True)
class NominationsPage:
    """A cycle and its coachees."""

    cycle: CycleHeader
    today: date
    candidates: tuple[Candidate, ...]


def list_candidates(services: Services, cycle_id: str) -> tuple[Candidate, ...]:
    """Return a cycle's coachees in list order, excluding erased ones.

    Raises:
        NotFoundError: there is no such cycle.
    """
    return read_nominations_page(services, cycle_id).candidates


def read_nominations_page(services: Services, cycle_id: str) -> NominationsPage:
    """Return the contents of the office's page; see `list_candidates`."""
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        today = services.now().astimezone(ZoneInfo(cycle.timezone)).date()
        return NominationsPage(cycle, today, _candidates(tx, cycle_id))


def nominate(services: Services, cycle_id: str, given: NominationInput) -> tuple[Nomination, ...]:
    """Record that a letter nominates coachees of a cycle; either all or none are recorded.

    Raises:
        NotFoundError: there is no such cycle, or one of the people is not a current coachee in the
            cycle.
        ConflictError: one of the coachees was already nominated, or the day is in the future.
    """
    now, wanted = services.now(), tuple(dict.fromkeys(given.people))
    with services.database.writing() as tx:
        cycle = cycle_header(tx, cycle_id)
        if given.nominated_on > now.astimezone(ZoneInfo(cycle.timezone)).date():
            raise ConflictError(facts.NOT_YET())
        known = {one.person_id: one for one in _candidates(tx, cycle_id)}
        rows = []
        for person_id in wanted:
            candidate = known.get(person_id)
            if candidate is None:
                raise NotFoundError(facts.NOT_A_COACHEE())
            if candidate.nomination is not None:
                raise ConflictError(facts.NOMINATED_ALREADY())
            if not candidate.can_be_nominated:
                raise NotFoundError(facts.NOT_A_COACHEE())
            rows.append(
                NominationRow(
                    cycle_id=cycle_id,
                    person_id=person_id,
                    nominated_by=given.nominated_by,
                    letter=given.letter,
                    nominated_on=given.nominated_on,
                    recorded_at=now,
                )
            )
            record_event(tx, "nomination recorded", "person", person_id)
        tx.add_all(rows)
        tx.flush()
        return tuple(map(_view, rows))


def remove_nomination(services: Services, cycle_id: str, nomination_id: str) -> None:
    """Remove an incorrect nomination.

    Raises:
        NotFoundError: there is no such nomination in the cycle.
    """
    with services.database.writing() as tx:
        row = tx.get(NominationRow, nomination_id)
        if row is None or row.cycle_id != cycle_id:
            raise NotFoundError(facts.NO_NOMINATION())
        tx.delete(row)
        record_event(tx, "nomination removed", "person", row.person_id)


def _candidates(tx: Transaction, cycle_id: str) -> tuple[Candidate, ...]:
    invited = dict(
        tx.execute(
            select(MailRow.person_id, func.min(MailRow.ended_at))
            .where(
                MailRow.cycle_id == cycle_id,
                MailRow.kind == MailKind.DETAILS_REQUEST,
                MailRow.state.in_(SENT_STATES),
            )
            .group_by(MailRow.person_id)
        ).all()
    )
    rows = tx.execute(
        select(PersonRow.id, PersonRow.code, PersonRow.name, PersonRow.left_at, NominationRow)
        .outerjoin(NominationRow, NominationRow.person_id == PersonRow.id)
        .where(
            PersonRow.cycle_id == cycle_id,
            PersonRow.side == Side.COACHEE,
            PersonRow.erased_at.is_(None),
        )
        .order_by(PersonRow.position, PersonRow.code)
    )
    return tuple(
        Candidate(
            person_id=person_id,
            code=code,
            name=name,
            nomination=None if nomination is None else _view(nomination),
            invited_at=invited.get(person_id),
            can_be_nominated=left_at is None and nomination is None,
        )
        for person_id, code, name, left_at, nomination in rows
    )


def _view(row: NominationRow) -> Nomination:
    return Nomination(
        id=row.id,
        nominated_by=row.nominated_by,
        letter=row.letter,
        nominated_on=row.nominated_on,
    )
