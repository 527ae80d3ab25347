"""A person's nomination and early ends in the export of their own data."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.coaching.life.rows import EarlyEndRow, NominationRow
from api.participants.rows import Side
from api.values import FrozenModel
from coach.early_ends import EarlyEndReason, Whose


class ReportedNomination(FrozenModel):
    """The office that nominated the person, and the reference of its letter."""

    nominated_by: str
    letter: str
    nominated_on: date
    recorded_at: AwareDatetime


class ReportedEarlyEnd(FrozenModel):
    """The reason why one of the person's pairs ended early, without naming the other person."""

    reason: EarlyEndReason
    whose: Whose
    recorded_at: AwareDatetime


def nomination_of(tx: Transaction, person_id: str) -> ReportedNomination | None:
    """Return a person's nomination, if there is one."""
    row = tx.scalar(select(NominationRow).where(NominationRow.person_id == person_id))
    if row is None:
        return None
    return ReportedNomination(
        nominated_by=row.nominated_by,
        letter=row.letter,
        nominated_on=row.nominated_on,
        recorded_at=row.recorded_at,
    )


def early_ends_of(tx: Transaction, side: Side, person_id: str) -> tuple[ReportedEarlyEnd, ...]:
    """Return the reasons why a person's pairs ended early, except the other person's reasons."""
    own = EarlyEndRow.coachee_id if side is Side.COACHEE else EarlyEndRow.coach_id
    rows = tx.scalars(
        select(EarlyEndRow)
        .where(own == person_id, EarlyEndRow.whose.in_((Whose(side.value), Whose.BOTH)))
        .order_by(EarlyEndRow.recorded_at, EarlyEndRow.id)
    )
    return tuple(
        ReportedEarlyEnd(reason=row.reason, whose=row.whose, recorded_at=row.recorded_at)
        for row in rows
    )
