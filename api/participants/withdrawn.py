"""People who have left a cycle of their own accord. Later lists do not bring them back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.participants import facts
from api.participants.preview.outcome import Located, Outcome
from api.participants.rows import PersonRow, Side


def withdraw(row: PersonRow, *, now: datetime) -> None:
    """Record that a person has left their cycle at their own request; lists cannot reverse this."""
    row.left_at = row.withdrawn_at = now


class WithdrawnPerson(NamedTuple):
    """A person who has withdrawn from a cycle, and when."""

    name: str
    side: Side
    at: datetime


def withdrawn_people(
    tx: Transaction, cycle_id: str, *, since: datetime | None
) -> tuple[WithdrawnPerson, ...]:
    """Return the people who withdrew from a cycle (after `since`, if given), latest first."""
    query = (
        select(PersonRow.name, PersonRow.side, PersonRow.withdrawn_at)
        .where(
            PersonRow.cycle_id == cycle_id,
            PersonRow.withdrawn_at.is_not(None),
            PersonRow.erased_at.is_(None),
        )
        .order_by(PersonRow.withdrawn_at.desc(), PersonRow.code)
    )
    if since is not None:
        query = query.where(PersonRow.withdrawn_at > since)
    return tuple(
        WithdrawnPerson(name, side, at) for name, side, at in tx.execute(query) if at is not None
    )


def withdrawn_warnings(
    tx: Transaction, cycle_id: str, outcome: Outcome, files: dict[Side, str]
) -> Iterator[Located]:
    """Yield a warning for each person in the uploaded lists who has withdrawn from the cycle."""
    query = (
        select(PersonRow.side, PersonRow.code)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.withdrawn_at.is_not(None))
        .order_by(PersonRow.side, PersonRow.position)
    )
    for side, code in tx.execute(query):
        row = outcome.rows.get(side, {}).get(code)
        if row is not None:
            message = facts.WITHDRAWN()
            yield Located(file=files[side], row=row, column="id", message=message)
