"""Webhooks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

_TIMES = (
    *("earlier_secret_until", "failing_since", "next_attempt_at", "last_success_at", "stopped_at"),
)


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "webhooks",
        sa.Column("url", sa.String(length=500), nullable=False),
        sa.Column("events", sa.String(length=400), nullable=False),
        sa.Column("secret_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("delivered", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=40), nullable=False),
        *(sa.Column(name, UtcDateTime(), nullable=True) for name in _TIMES),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhooks")),
    )


def downgrade() -> None:
    """Downgrade the schema."""
    op.drop_table("webhooks")
