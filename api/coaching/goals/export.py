"""The goals and commitments in a person's export of their own data."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.pairs import visible_pairs
from api.coaching.agreements.store import agreement_of
from api.coaching.goals.commitment_views import CommitmentView, commitment_rows, commitment_view
from api.coaching.goals.goal_views import GoalView, goal_rows, goal_views
from api.coaching.goals.pair_work import PairWork
from api.participants.rows import Side


def goals_of(tx: Transaction, side: Side, person_id: str, now: datetime) -> tuple[GoalView, ...]:
    """Return the goals and ratings that a person can see."""
    return tuple(
        goal
        for work in _works(tx, side, person_id, now)
        for goal in goal_views(work, goal_rows(work))
    )


def commitments_of(
    tx: Transaction, side: Side, person_id: str, now: datetime
) -> tuple[CommitmentView, ...]:
    """Return the commitments that a person can see."""
    return tuple(
        commitment_view(work, row)
        for work in _works(tx, side, person_id, now)
        for row in commitment_rows(work)
    )


def _works(tx: Transaction, side: Side, person_id: str, now: datetime) -> tuple[PairWork, ...]:
    return tuple(
        PairWork(tx, pair, agreement_of(tx, pair), side, now)
        for pair in visible_pairs(tx, side, person_id)
    )
