"""Proposals of another time, declined times, and approved times outside the rules."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "proposals",
        sa.Column("id", sa.String(20), primary_key=True),
        _reference("session_id", "sessions", "proposals"),
        _reference("person_id", "people", "proposals"),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("moves", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
    )
    op.create_index("ix_proposals_session_id", "proposals", ["session_id"])
    op.create_index("ix_proposals_person_id", "proposals", ["person_id"])
    op.create_table(
        "declined_times",
        sa.Column("id", sa.String(20), primary_key=True),
        _reference("person_id", "people", "declined_times"),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("declined_at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint(
            "person_id",
            "starts_at",
            "ends_at",
            name="uq_declined_times_person_id_starts_at_ends_at",
        ),
    )
    op.create_table(
        "move_exceptions",
        sa.Column("id", sa.String(20), primary_key=True),
        _reference("session_id", "sessions", "move_exceptions"),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("problems", sa.String(400), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("allowed_at", UtcDateTime(), nullable=False),
    )
    op.create_index("ix_move_exceptions_session_id", "move_exceptions", ["session_id"])


def downgrade() -> None:
    """Downgrade the schema. Proposals and declined times are lost."""
    for table in ("move_exceptions", "declined_times", "proposals"):
        op.drop_table(table)


def _reference(column: str, table: str, owner: str) -> sa.Column[str]:
    return sa.Column(
        column,
        sa.String(20),
        sa.ForeignKey(f"{table}.id", ondelete="CASCADE", name=f"fk_{owner}_{column}_{table}"),
        nullable=False,
    )
