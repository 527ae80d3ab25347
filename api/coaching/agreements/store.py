"""Reads agreement rows, and closes the agreements of ended pairs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements.pairs import Pair
from api.coaching.agreements.rows import AgreementRow, AgreementTextRow
from coach.agreements import AgreementState, ClosedAs


def agreement_of(tx: Transaction, pair: Pair) -> AgreementRow | None:
    """Return the latest agreement of a pair, or `None` if nothing has been written yet.

    A pair that starts again after a replacement has no agreement at first.
    """
    row = tx.scalar(
        select(AgreementRow)
        .where(AgreementRow.coachee_id == pair.coachee.id, AgreementRow.coach_id == pair.coach.id)
        .order_by(AgreementRow.created_at.desc(), AgreementRow.id.desc())
        .limit(1)
    )
    starts_again = row is not None and row.closed_as is ClosedAs.REPLACED and pair.ended is None
    return None if starts_again else row


def texts_of(tx: Transaction, row: AgreementRow) -> Sequence[AgreementTextRow]:
    """Return all texts of an agreement, oldest first."""
    return tx.scalars(
        select(AgreementTextRow)
        .where(AgreementTextRow.agreement_id == row.id)
        .order_by(AgreementTextRow.number)
    ).all()


def is_agreed(text: AgreementTextRow) -> bool:
    """Return whether both people have agreed to a text."""
    return text.coachee_agreed_at is not None and text.coach_agreed_at is not None


def pending_text(tx: Transaction, row: AgreementRow) -> AgreementTextRow | None:
    """Return the text that still needs the agreement of one or both people, if there is one."""
    return next((text for text in texts_of(tx, row) if not is_agreed(text)), None)


def close_former(tx: Transaction, pair: Pair, *, now: datetime) -> None:
    """Close a coachee's agreements with former coaches."""
    rows = tx.scalars(
        select(AgreementRow).where(
            AgreementRow.coachee_id == pair.coachee.id,
            AgreementRow.coach_id != pair.coach.id,
            AgreementRow.state != AgreementState.CLOSED,
        )
    )
    for row in rows:
        close(tx, row, ClosedAs.REPLACED, now=now)


def close_of_person(tx: Transaction, person_id: str, *, now: datetime) -> None:
    """Close the agreements of a person who leaves their cycle."""
    rows = tx.scalars(
        select(AgreementRow).where(
            or_(AgreementRow.coachee_id == person_id, AgreementRow.coach_id == person_id),
            AgreementRow.state != AgreementState.CLOSED,
        )
    )
    for row in rows:
        close(tx, row, ClosedAs.LEFT, now=now)


def close(tx: Transaction, row: AgreementRow, why: ClosedAs, *, now: datetime) -> None:
    """Close an agreement, storing the reason and the time."""
    row.state, row.version = AgreementState.CLOSED, row.version + 1
    row.changed_at = row.closed_at = now
    row.closed_as = why
    record_event(tx, "agreement closed", "agreement", row.id)
