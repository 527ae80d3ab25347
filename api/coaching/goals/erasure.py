"""Erases the texts of goals and commitments.

The rows keep the area, state, weight, ratings and due date from which totals are computed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.rows import AgreementRow
from api.coaching.goals.rows import CommitmentRow, GoalRow
from coach.commitments import MAX_REFERENCE, MAX_SCOPE, MAX_TITLE
from coach.goals import (
    MAX_INDICATOR_TEXT,
    MAX_LEVEL_TEXT,
    MAX_NAP_REFERENCE,
    MAX_POST,
    MAX_STATEMENT,
)

Redact = Callable[[str], str]
_GOAL_TEXTS = {
    "statement": MAX_STATEMENT,
    "nap_reference": MAX_NAP_REFERENCE,
    "to_post": MAX_POST,
}
_COMMITMENT_TEXTS = {
    "title": MAX_TITLE,
    **dict.fromkeys(("unit_scope", "owner_role", "needs_approval_of"), MAX_SCOPE),
    "nap_reference": MAX_NAP_REFERENCE,
    "to_post": MAX_POST,
}


def erase_goals(tx: Transaction, cycle_id: str, person_ids: Select[str], redact: Redact) -> None:
    """Empty the texts of erased coachees, and redact those of everybody else in the cycle."""
    own = select(AgreementRow.id).where(AgreementRow.coachee_id.in_(person_ids))
    emptied: tuple[tuple[type[GoalRow | CommitmentRow], dict[str, Any]], ...] = (
        (GoalRow, dict.fromkeys(_GOAL_TEXTS, "") | {"scale": {}, "indicator": {}}),
        (
            CommitmentRow,
            dict.fromkeys(_COMMITMENT_TEXTS, "") | {"evidence": [], "title_shared": False},
        ),
    )
    for row_type, values in emptied:
        statement = update(row_type).where(row_type.agreement_id.in_(own)).values(**values)
        tx.execute(statement, execution_options={"synchronize_session": False})
    others = select(AgreementRow.id).where(
        AgreementRow.cycle_id == cycle_id, AgreementRow.coachee_id.not_in(person_ids)
    )
    for goal in tx.scalars(select(GoalRow).where(GoalRow.agreement_id.in_(others))):
        _redact_texts(goal, _GOAL_TEXTS, redact)
        goal.scale = _redacted(goal.scale, redact, MAX_LEVEL_TEXT)
        goal.indicator = _redacted(goal.indicator, redact, MAX_INDICATOR_TEXT)
    for row in tx.scalars(select(CommitmentRow).where(CommitmentRow.agreement_id.in_(others))):
        _redact_texts(row, _COMMITMENT_TEXTS, redact)
        row.evidence = _redacted(row.evidence, redact, MAX_REFERENCE)


def _redact_texts(row: GoalRow | CommitmentRow, fields: Mapping[str, int], redact: Redact) -> None:
    """Redact texts, and truncate them to the field length, because redaction can lengthen them."""
    for field, length in fields.items():
        setattr(row, field, redact(getattr(row, field))[:length])


def _redacted(value: Any, redact: Redact, length: int) -> Any:  # noqa: ANN401 - JSON
    """Return a JSON value with each text redacted and truncated to `length` characters."""
    if isinstance(value, str):
        return redact(value)[:length]
    if isinstance(value, list):
        return [_redacted(one, redact, length) for one in value]
    if isinstance(value, dict):
        return {name: _redacted(one, redact, length) for name, one in value.items()}
    return value
