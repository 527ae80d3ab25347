"""Erases the posts that coachees have named in follow-ups, and the links of these posts.

Questions and answers remain with their dates, from which totals are computed. Erased people are no
longer asked.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.rows import FollowUpRow
from api.coaching.follow_up.rows import PostQuestionRow
from coach.commitments import MAX_REFERENCE
from coach.goals import MAX_POST


def erase_follow_ups(
    tx: Transaction,
    cycle_id: str,
    person_ids: Select[str],
    redact: Callable[[str], str],
    *,
    now: datetime,
) -> None:
    """Empty the texts that erased coachees wrote about posts, and redact everybody else's.

    The open follow-ups of erased people and the open questions to their posts end.
    """
    for statement in (
        update(PostQuestionRow)
        .where(PostQuestionRow.person_id.in_(person_ids))
        .values(post="", address="", evidence=[], credential_id=None),
        *(
            update(row_type)
            .where(row_type.person_id.in_(person_ids), row_type.answered_at.is_(None))
            .where(row_type.ended_at.is_(None))
            .values(ended_at=now)
            for row_type in (FollowUpRow, PostQuestionRow)
        ),
    ):
        tx.execute(statement, execution_options={"synchronize_session": False})
    for row in tx.scalars(
        select(PostQuestionRow).where(
            PostQuestionRow.cycle_id == cycle_id, PostQuestionRow.post != ""
        )
    ):
        row.post, row.address = redact(row.post)[:MAX_POST], redact(row.address)
        row.evidence = [
            one | {"reference": redact(one["reference"])[:MAX_REFERENCE]} for one in row.evidence
        ]
