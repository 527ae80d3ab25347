"""Reads a row that a request refers to by its primary key."""

from __future__ import annotations

from typing import TypeVar

from sqlalchemy.orm import Session as Transaction

from api.database.facts import NO_SUCH_ROW, RowNoun
from api.database.types import TableRow
from coach.errors import NotFoundError

RowT = TypeVar("RowT", bound=TableRow)


def existing_row(tx: Transaction, row_type: type[RowT], row_id: str, noun: RowNoun) -> RowT:
    """Return the row of type `row_type` with primary key `row_id`.

    Raises:
        NotFoundError: there is no such row; the message depends on `noun`, a key of `NO_SUCH_ROW`.
    """
    row = tx.get(row_type, row_id)
    if row is None:
        raise no_such_row(row_id, noun)
    return row


def no_such_row(row_id: str, noun: RowNoun) -> NotFoundError:
    """Return the error for a missing row `row_id`; see `existing_row`."""
    return NotFoundError(NO_SUCH_ROW[noun](id=row_id))
