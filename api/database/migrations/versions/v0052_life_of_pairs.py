"""Nominations, and the reasons why pairs ended early."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0052"
down_revision = "0050"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "nominations",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("nominated_by", sa.String(length=120), nullable=False),
        sa.Column("letter", sa.String(length=80), nullable=False),
        sa.Column("nominated_on", sa.Date(), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        _reference("nominations", "cycle_id", "cycles"),
        _reference("nominations", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_nominations")),
        sa.UniqueConstraint("person_id", name=op.f("uq_nominations_person_id")),
    )
    op.create_index(op.f("ix_nominations_cycle_id"), "nominations", ["cycle_id"])
    op.create_table(
        "early_ends",
        sa.Column("cycle_id", sa.String(length=20), nullable=True),
        sa.Column("coachee_id", sa.String(length=20), nullable=True),
        sa.Column("coach_id", sa.String(length=20), nullable=True),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("whose", sa.String(length=20), nullable=False),
        sa.Column("recorded_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        _reference("early_ends", "cycle_id", "cycles"),
        _reference("early_ends", "coachee_id", "people"),
        _reference("early_ends", "coach_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_early_ends")),
        sa.UniqueConstraint(
            "coachee_id", "coach_id", name=op.f("uq_early_ends_coachee_id_coach_id")
        ),
    )
    op.create_index(op.f("ix_early_ends_cycle_id"), "early_ends", ["cycle_id"])
    op.create_index(op.f("ix_early_ends_coach_id"), "early_ends", ["coach_id"])


def downgrade() -> None:
    """Downgrade the schema. Nominations and reasons are lost."""
    op.drop_table("early_ends")
    op.drop_table("nominations")


def _reference(table: str, column: str, of: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{of}.id"], name=op.f(f"fk_{table}_{column}_{of}"), ondelete="CASCADE"
    )
