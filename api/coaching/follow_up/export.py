"""The follow-ups and named posts in a person's export of their own data."""

from __future__ import annotations

from datetime import date

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.rows import FollowUpRow
from api.coaching.follow_up.rows import PostQuestionRow
from api.values import FrozenModel
from coach.commitments import Evidence
from coach.follow_up import PostOutcome


class ReportedFollowUp(FrozenModel):
    """A follow-up of the person, and whether the person may be asked again."""

    month: int
    due: date
    until: date
    asked_at: AwareDatetime | None
    reminded_at: AwareDatetime | None
    reminders: int
    opened_at: AwareDatetime | None
    answered_at: AwareDatetime | None
    again: bool | None
    ended_at: AwareDatetime | None


class ReportedPost(FrozenModel):
    """A post to which the person has handed over a commitment, and the post's answer."""

    commitment_id: str
    post: str
    address: str
    due: date
    asked_at: AwareDatetime | None
    answered_at: AwareDatetime | None
    outcome: PostOutcome | None
    evidence: tuple[Evidence, ...]


def follow_ups_of(tx: Transaction, person_id: str) -> tuple[ReportedFollowUp, ...]:
    """Return a person's follow-ups, sorted by due date."""
    rows = tx.scalars(
        select(FollowUpRow)
        .where(FollowUpRow.person_id == person_id)
        .order_by(FollowUpRow.due, FollowUpRow.id)
    )
    return tuple(
        ReportedFollowUp(**{name: getattr(row, name) for name in ReportedFollowUp.model_fields})
        for row in rows
    )


def posts_of(tx: Transaction, person_id: str) -> tuple[ReportedPost, ...]:
    """Return the posts that a coachee has named, sorted by due date."""
    rows = tx.scalars(
        select(PostQuestionRow)
        .where(PostQuestionRow.person_id == person_id)
        .order_by(PostQuestionRow.due, PostQuestionRow.id)
    )
    return tuple(
        ReportedPost(
            commitment_id=row.commitment_id,
            post=row.post,
            address=row.address,
            due=row.due,
            asked_at=row.asked_at,
            answered_at=row.answered_at,
            outcome=row.outcome,
            evidence=tuple(map(Evidence.model_validate, row.evidence)),
        )
        for row in rows
    )
