"""The answers in a person's export of their own data, with the text of each question."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm import Session as Transaction

from api.coaching.instruments.rows import AnswerSheetRow
from api.coaching.instruments.sheets import AnswerSheet, sheets_where


def answers_of(tx: Transaction, person_id: str) -> Sequence[AnswerSheet]:
    """Return a person's answers, oldest first."""
    return sheets_where(tx, AnswerSheetRow.author_id == person_id)
