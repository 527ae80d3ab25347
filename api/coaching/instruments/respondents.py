"""Determines which questions pairs are asked, based on their planned and held sessions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.coaching.curriculum.catalogue import all_modules
from api.coaching.curriculum.syllabi import find_syllabus
from api.input_files.instruments import Instruments
from api.participants.rows import PersonRow
from api.sessions.rows import RecordRow, SessionRow, SessionState
from coach.feedback import TOOK_PLACE
from coach.instruments import MAX_ITEMS, Instrument, Item, Moment
from coach.occasions import MOMENTS, Asking, Occasion, askings


@dataclass(frozen=True, slots=True)
class RespondentPair:
    """A pair that is working together, and the times at which its sessions end, in order.

    Contracting sessions, and sessions that did not take place, are excluded.
    """

    cycle_id: str
    coachee_id: str
    coachee: str
    coach_id: str
    coach: str
    ends: tuple[datetime, ...]

    def askings(self, asked: Instruments) -> Iterator[Asking]:
        """Yield the occasions on which the pair is asked."""
        return askings(self.ends, asked)


def respondent_pairs(tx: Transaction, condition: ColumnElement[bool]) -> tuple[RespondentPair, ...]:
    """Return the current pairs of the coachees whose sessions match `condition`."""
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    rows = tx.execute(
        select(
            SessionRow.cycle_id,
            SessionRow.coachee_id,
            SessionRow.coach_id,
            SessionRow.number,
            SessionRow.ends_at,
            RecordRow.attendance,
            coachee.name.label("coachee"),
            coach.name.label("coach"),
            or_(coachee.left_at.is_not(None), coach.left_at.is_not(None)).label("has_left"),
        )
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .outerjoin(RecordRow, RecordRow.session_id == SessionRow.id)
        .where(SessionRow.state == SessionState.CONFIRMED, condition)
        .order_by(SessionRow.starts_at, SessionRow.uid)
    ).all()
    latest = {row.coachee_id: row for row in rows}
    ends: dict[str, list[datetime]] = {one: [] for one in latest}
    for row in rows:
        if row.coach_id == latest[row.coachee_id].coach_id and _counts(row):
            ends[row.coachee_id].append(row.ends_at)
    return tuple(
        RespondentPair(
            cycle_id=row.cycle_id,
            coachee_id=row.coachee_id,
            coachee=row.coachee,
            coach_id=row.coach_id,
            coach=row.coach,
            ends=tuple(ends[row.coachee_id]),
        )
        for row in latest.values()
        if not row.has_left
    )


def pairs_of(tx: Transaction, person_id: str) -> tuple[RespondentPair, ...]:
    """Return a person's pairs that have not ended."""
    coachees = select(SessionRow.coachee_id).where(
        or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id)
    )
    found = respondent_pairs(tx, SessionRow.coachee_id.in_(coachees))
    return tuple(pair for pair in found if person_id in (pair.coachee_id, pair.coach_id))


def instrument_for(
    tx: Transaction, asked: Instruments, coachee_id: str, occasion: Occasion
) -> Instrument | None:
    """Return the instrument with the items that a pair is asked, or `None` if there are none."""
    instrument = asked.get(MOMENTS[occasion])
    if instrument is None:
        return None
    if instrument.items_from is not None:
        instrument = instrument.with_items(_objectives(tx, coachee_id))
    if MOMENTS[occasion] is Moment.START:
        instrument = instrument.rated_once()
    return instrument if instrument.items else None


def _counts(row: Any) -> bool:  # noqa: ANN401 - a row of columns
    """Return whether a session counts, because it took place or can still take place."""
    return row.number > 0 and (row.attendance is None or row.attendance in TOOK_PLACE)


def _objectives(tx: Transaction, coachee_id: str) -> Iterable[Item]:
    """Return the approved objectives of a pair's planned modules as items, up to `MAX_ITEMS`."""
    modules = all_modules(tx)
    syllabus = find_syllabus(tx, coachee_id, modules)
    planned = () if syllabus is None else tuple(syllabus.plan)
    items = [
        Item(code=f"{one.code}-{number}", text=objective.text, group=one.module.title)
        for one in modules
        if one.code in planned
        for number, objective in enumerate(one.module.objectives, start=1)
        if not objective.draft
    ]
    return items[:MAX_ITEMS]
