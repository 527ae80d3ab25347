"""The part of the report about a person that covers their agreements, goals and commitments."""

from __future__ import annotations

from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.export import (
    ReportedAgreement,
    ReportedFit,
    agreements_of,
    fit_answers_of,
)
from api.coaching.follow_up.export import (
    ReportedFollowUp,
    ReportedPost,
    follow_ups_of,
    posts_of,
)
from api.coaching.goals.commitment_views import CommitmentView
from api.coaching.goals.export import commitments_of, goals_of
from api.coaching.goals.goal_views import GoalView
from api.coaching.instruments.export import answers_of
from api.coaching.instruments.sheets import AnswerSheet
from api.participants.rows import Side
from api.services import transaction_context
from api.values import FrozenModel


class ReportedCoaching(FrozenModel):
    """The agreements, goals and commitments that a person can see, and the person's answers.

    It is empty in reports for the programme office, which must not read any of this.
    """

    agreements: tuple[ReportedAgreement, ...] = ()
    fit_answers: tuple[ReportedFit, ...] = ()
    goals: tuple[GoalView, ...] = ()
    commitments: tuple[CommitmentView, ...] = ()
    follow_ups: tuple[ReportedFollowUp, ...] = ()
    posts: tuple[ReportedPost, ...] = ()
    answers: tuple[AnswerSheet, ...] = ()


def coaching_of(tx: Transaction, side: Side, person_id: str) -> ReportedCoaching:
    """Return the stored data about a person's coaching that the person can see."""
    now = transaction_context(tx).now
    return ReportedCoaching(
        agreements=agreements_of(tx, side, person_id),
        fit_answers=fit_answers_of(tx, side, person_id),
        goals=goals_of(tx, side, person_id, now),
        commitments=commitments_of(tx, side, person_id, now),
        follow_ups=follow_ups_of(tx, person_id),
        posts=posts_of(tx, person_id),
        answers=tuple(answers_of(tx, person_id)),
    )
