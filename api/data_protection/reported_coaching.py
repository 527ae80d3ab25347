"""What is reported to a person about what their coaching is about."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.export import (
    ReportedAgreement,
    ReportedFit,
    agreements_of,
    fit_answers_of,
)
from api.coaching.goals.commitment_views import CommitmentView
from api.coaching.goals.export import commitments_of, goals_of
from api.coaching.goals.goal_views import GoalView
from api.participants.rows import Side
from api.services import transaction_context
from api.values import FrozenModel


class ReportedCoaching(FrozenModel):
    """What a person can see of their agreements, goals and commitments, and what they answered.

    In the copy of the programme office, which must not read any of it, it is empty.
    """

    agreements: tuple[ReportedAgreement, ...] = ()
    fit_answers: tuple[ReportedFit, ...] = ()
    goals: tuple[GoalView, ...] = ()
    commitments: tuple[CommitmentView, ...] = ()


def coaching_of(tx: Transaction, side: Side, person_id: str) -> ReportedCoaching:
    """Return what is stored about the coaching of a person, as far as they can see it."""
    now = transaction_context(tx).now
    return ReportedCoaching(
        agreements=agreements_of(tx, side, person_id),
        fit_answers=fit_answers_of(tx, side, person_id),
        goals=goals_of(tx, side, person_id, now),
        commitments=commitments_of(tx, side, person_id, now),
    )
