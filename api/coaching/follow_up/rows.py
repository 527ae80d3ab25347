"""The table of questions to posts that have taken over a commitment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.coaching.agreements.rows import AT_MOST_TWO, SentQuestionRow
from api.database.types import EnumString, TableRow
from coach.follow_up import PostOutcome
from coach.goals import MAX_POST

MAX_ADDRESS = 400


class PostQuestionRow(SentQuestionRow):
    """A question to a post about a commitment that a coachee has handed over to the post.

    Attributes:
        person_id: the coachee, who has agreed that the post may be asked.
        post: the name of the post; empty once erased.
        address: the email address of the post; empty once erased.
        credential_id: the link of the post; `None` until the post is asked.
        outcome: the post's answer.
        evidence: the evidence from the post, a list of `coach.commitments.Evidence`.
    """

    __tablename__ = "post_questions"
    __table_args__ = (CheckConstraint(AT_MOST_TWO, name="at_most_two_reminders"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    commitment_id: Mapped[str] = mapped_column(
        ForeignKey("commitments.id", ondelete="CASCADE"), unique=True
    )
    post: Mapped[str] = mapped_column(String(MAX_POST))
    address: Mapped[str] = mapped_column(String(MAX_ADDRESS))
    credential_id: Mapped[str | None] = mapped_column(
        ForeignKey("credentials.id", ondelete="SET NULL"), index=True
    )
    outcome: Mapped[PostOutcome | None] = mapped_column(EnumString(PostOutcome))
    evidence: Mapped[list[Any]] = mapped_column(JSON, default=list)


TABLES: tuple[type[TableRow], ...] = (PostQuestionRow,)
