"""Goals, their ratings, and commitments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None


def _reference(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{referred}")
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name, ondelete="CASCADE")


def _text(name: str, length: int = 20, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=length), nullable=nullable)


def _changes() -> tuple[sa.Column[str] | sa.Column[int], ...]:
    """Return the columns about the end and the changes of a goal or commitment."""
    return (
        _text("because", nullable=True),
        _text("to_post", 120),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        _text("id"),
    )


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "goals",
        *(_text(name) for name in ("agreement_id", "state", "written_by")),
        _text("statement", 200),
        *(_text(name) for name in ("area", "reach")),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("scale", sa.JSON(), nullable=False),
        sa.Column("indicator", sa.JSON(), nullable=False),
        *(_text(name) for name in ("verification", "nap_pillar")),
        _text("nap_reference", 80),
        *_changes(),
        _reference("goals", "agreement_id", "agreements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goals")),
    )
    op.create_index(op.f("ix_goals_agreement_id"), "goals", ["agreement_id"])
    op.create_table(
        "goal_ratings",
        *(_text(name) for name in ("goal_id", "moment", "by", "rater_id")),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("rated_at", UtcDateTime(), nullable=False),
        _text("id"),
        _reference("goal_ratings", "goal_id", "goals"),
        _reference("goal_ratings", "rater_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goal_ratings")),
        sa.UniqueConstraint(
            "goal_id",
            "moment",
            "by",
            "rater_id",
            name=op.f("uq_goal_ratings_goal_id_moment_by_rater_id"),
        ),
    )
    op.create_index(op.f("ix_goal_ratings_rater_id"), "goal_ratings", ["rater_id"])
    op.create_table(
        "commitments",
        *(_text(name) for name in ("agreement_id", "state")),
        _text("title", 160),
        sa.Column("title_shared", sa.Boolean(), nullable=False),
        *(_text(name, 80) for name in ("unit_scope", "owner_role", "needs_approval_of")),
        sa.Column("due", sa.Date(), nullable=False),
        *(_text(name) for name in ("area", "nap_pillar")),
        _text("nap_reference", 80),
        sa.Column("evidence", sa.JSON(), nullable=False),
        *_changes(),
        _reference("commitments", "agreement_id", "agreements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commitments")),
    )
    op.create_index(op.f("ix_commitments_agreement_id"), "commitments", ["agreement_id"])


def downgrade() -> None:
    """Downgrade the schema. Goals and commitments are lost."""
    op.drop_table("commitments")
    op.drop_table("goal_ratings")
    op.drop_table("goals")
