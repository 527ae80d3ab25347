"""Erases agreement texts, and answers to the fit question.

The agreement rows remain, with the states and dates from which totals are computed.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.rows import AgreementRow, AgreementTextRow, FitAnswerRow
from coach.agreements import MAX_PURPOSE


def erase_agreements(
    tx: Transaction, cycle_id: str, person_ids: Select[str], redact: Callable[[str], str]
) -> None:
    """Empty the agreement texts of erased coachees, and redact all other texts of the cycle.

    Answers to the fit question are deleted for every pair that includes an erased person.
    """
    own = select(AgreementRow.id).where(AgreementRow.coachee_id.in_(person_ids))
    for statement in (
        update(AgreementTextRow)
        .where(AgreementTextRow.agreement_id.in_(own))
        .values(purpose="", focus=[]),
        delete(FitAnswerRow).where(
            or_(FitAnswerRow.coachee_id.in_(person_ids), FitAnswerRow.coach_id.in_(person_ids))
        ),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})
    of_cycle = select(AgreementRow.id).where(AgreementRow.cycle_id == cycle_id)
    for text in tx.scalars(
        select(AgreementTextRow).where(
            AgreementTextRow.agreement_id.in_(of_cycle), AgreementTextRow.purpose != ""
        )
    ):
        text.purpose = redact(text.purpose)[:MAX_PURPOSE]
