"""Tables for goals, their ratings, and commitments."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from api.participants.rows import Side
from coach.commitments import MAX_SCOPE, MAX_TITLE, CommitmentState
from coach.goals import (
    MAX_NAP_REFERENCE,
    MAX_POST,
    MAX_STATEMENT,
    Area,
    DropReason,
    GoalState,
    NapPillar,
    Proof,
    Rater,
    RatingMoment,
    Reach,
)
from coach.instruments import MAX_CODE, MAX_VERSION


class GoalRow(IdentifiedRow):
    """A goal of a pair.

    Attributes:
        written_by: the side that last changed the goal's text; the other side agrees to it.
        scale: the fields of `coach.goals.GoalScale`; empty until the scale is entered.
        indicator: the fields of `coach.goals.Indicator`.
        version: the number of changes, used to detect changes based on an outdated text.
        because: why the goal is no longer pursued.
        to_post: the post that has taken the goal over.
    """

    __tablename__ = "goals"

    agreement_id: Mapped[str] = mapped_column(
        ForeignKey("agreements.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[GoalState] = mapped_column(EnumString(GoalState))
    written_by: Mapped[Side] = mapped_column(EnumString(Side))
    statement: Mapped[str] = mapped_column(String(MAX_STATEMENT))
    area: Mapped[Area] = mapped_column(EnumString(Area))
    reach: Mapped[Reach] = mapped_column(EnumString(Reach))
    weight: Mapped[int]
    scale: Mapped[dict[str, Any]] = mapped_column(JSON)
    indicator: Mapped[dict[str, Any]] = mapped_column(JSON)
    verification: Mapped[Proof] = mapped_column(EnumString(Proof))
    nap_pillar: Mapped[NapPillar] = mapped_column(EnumString(NapPillar))
    nap_reference: Mapped[str] = mapped_column(String(MAX_NAP_REFERENCE))
    because: Mapped[DropReason | None] = mapped_column(EnumString(DropReason))
    to_post: Mapped[str] = mapped_column(String(MAX_POST), default="")
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


class GoalRatingRow(IdentifiedRow):
    """The level that a goal has reached at a moment, according to one or both of the two people.

    A new coach does not see the earlier coach's ratings.

    Attributes:
        rater_id: the person who has entered the rating.
        instrument: the code of the instrument with which the goal was rated.
        instrument_version: the version of the instrument at that time.
    """

    __tablename__ = "goal_ratings"
    __table_args__ = (UniqueConstraint("goal_id", "moment", "by", "rater_id"),)

    goal_id: Mapped[str] = mapped_column(ForeignKey("goals.id", ondelete="CASCADE"))
    moment: Mapped[RatingMoment] = mapped_column(EnumString(RatingMoment))
    by: Mapped[Rater] = mapped_column(EnumString(Rater))
    rater_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    instrument: Mapped[str] = mapped_column(String(MAX_CODE))
    instrument_version: Mapped[str] = mapped_column(String(MAX_VERSION))
    level: Mapped[int]
    rated_at: Mapped[datetime]


class CommitmentRow(IdentifiedRow):
    """A commitment of a coachee; `evidence` is a list of `coach.commitments.Evidence`.

    `title_shared` is true if the coachee has allowed the programme office to see the title.
    """

    __tablename__ = "commitments"

    agreement_id: Mapped[str] = mapped_column(
        ForeignKey("agreements.id", ondelete="CASCADE"), index=True
    )
    state: Mapped[CommitmentState] = mapped_column(EnumString(CommitmentState))
    title: Mapped[str] = mapped_column(String(MAX_TITLE))
    title_shared: Mapped[bool] = mapped_column(default=False)
    unit_scope: Mapped[str] = mapped_column(String(MAX_SCOPE))
    owner_role: Mapped[str] = mapped_column(String(MAX_SCOPE))
    needs_approval_of: Mapped[str] = mapped_column(String(MAX_SCOPE))
    due: Mapped[date]
    area: Mapped[Area] = mapped_column(EnumString(Area))
    nap_pillar: Mapped[NapPillar] = mapped_column(EnumString(NapPillar))
    nap_reference: Mapped[str] = mapped_column(String(MAX_NAP_REFERENCE))
    evidence: Mapped[list[Any]] = mapped_column(JSON, default=list)
    because: Mapped[DropReason | None] = mapped_column(EnumString(DropReason))
    to_post: Mapped[str] = mapped_column(String(MAX_POST), default="")
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (GoalRow, GoalRatingRow, CommitmentRow)
