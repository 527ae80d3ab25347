"""Erases nominations, and anonymises the early ends of erased people's pairs."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session as Transaction

from api.coaching.life.rows import MAX_LETTER, MAX_NOMINATED_BY, EarlyEndRow, NominationRow


def erase_lives(
    tx: Transaction, cycle_id: str, person_ids: Select[str], redact: Callable[[str], str]
) -> None:
    """Delete erased people's nominations, redact those of others, and anonymise early ends.

    The row of an early end then no longer identifies any person, cycle or day.
    """
    tx.execute(
        delete(NominationRow).where(NominationRow.person_id.in_(person_ids)),
        execution_options={"synchronize_session": False},
    )
    for nomination in tx.scalars(select(NominationRow).where(NominationRow.cycle_id == cycle_id)):
        nomination.nominated_by = redact(nomination.nominated_by)[:MAX_NOMINATED_BY]
        nomination.letter = redact(nomination.letter)[:MAX_LETTER]
    for row in tx.scalars(
        select(EarlyEndRow).where(
            or_(EarlyEndRow.coachee_id.in_(person_ids), EarlyEndRow.coach_id.in_(person_ids))
        )
    ):
        row.cycle_id = row.coachee_id = row.coach_id = None
        row.recorded_at = row.recorded_at.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
