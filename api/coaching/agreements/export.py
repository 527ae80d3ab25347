"""The agreements and answers in a person's export of their own data."""

from __future__ import annotations

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.pairs import visible_pairs
from api.coaching.agreements.rows import FitAnswerRow
from api.coaching.agreements.store import agreement_of, texts_of
from api.coaching.agreements.views import AgreementTextView, text_view
from api.participants.rows import Side
from api.values import FrozenModel
from coach.agreements import AgreementState, ClosedAs, Fit


class ReportedAgreement(FrozenModel):
    """One of the person's agreements, with its texts but without the other person's name."""

    id: str
    state: AgreementState
    created_at: AwareDatetime
    agreed_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    closed_as: ClosedAs | None
    texts: tuple[AgreementTextView, ...]


class ReportedFit(FrozenModel):
    """One of the person's own answers to the fit question."""

    fit: Fit
    answered_at: AwareDatetime


def agreements_of(tx: Transaction, side: Side, person_id: str) -> tuple[ReportedAgreement, ...]:
    """Return the agreements that a person can see, with those of current pairs first."""
    rows = (agreement_of(tx, pair) for pair in visible_pairs(tx, side, person_id))
    return tuple(
        ReportedAgreement(
            id=row.id,
            state=row.state,
            created_at=row.created_at,
            agreed_at=row.agreed_at,
            closed_at=row.closed_at,
            closed_as=row.closed_as,
            texts=tuple(text_view(text) for text in texts_of(tx, row) if text.purpose),
        )
        for row in rows
        if row is not None
    )


def fit_answers_of(tx: Transaction, side: Side, person_id: str) -> tuple[ReportedFit, ...]:
    """Return a person's own answers to the fit question, oldest first."""
    own = FitAnswerRow.coachee_id if side is Side.COACHEE else FitAnswerRow.coach_id
    rows = tx.scalars(
        select(FitAnswerRow)
        .where(own == person_id, FitAnswerRow.side == side)
        .order_by(FitAnswerRow.answered_at)
    )
    return tuple(ReportedFit(fit=row.fit, answered_at=row.answered_at) for row in rows)
