"""Epochs and ends of worker slots, and interrupted attempts to send an email."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("worker_slots") as changed:
        changed.add_column(sa.Column("ended_at", UtcDateTime(), nullable=True))
        changed.add_column(sa.Column("epoch", sa.Integer(), server_default="0", nullable=False))
        changed.add_column(sa.Column("takeovers", sa.Integer(), server_default="0", nullable=False))
    with op.batch_alter_table("mails") as changed:
        changed.add_column(
            sa.Column("interrupted", sa.Integer(), server_default="0", nullable=False)
        )


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("mails") as changed:
        changed.drop_column("interrupted")
    with op.batch_alter_table("worker_slots") as changed:
        changed.drop_column("takeovers")
        changed.drop_column("epoch")
        changed.drop_column("ended_at")
