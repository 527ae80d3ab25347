"""Retention: announced erasures, completed erasures, and holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_MOMENTS = ("erasure_announced_at", "held_at", "erased_at")


def upgrade() -> None:
    """Upgrade the schema."""
    for name in _MOMENTS:
        op.add_column("cycles", sa.Column(name, UtcDateTime(), nullable=True))
    op.add_column(
        "cycles",
        sa.Column("held_because", sa.String(length=200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("cycles") as cycles:
        cycles.drop_column("held_because")
        for name in reversed(_MOMENTS):
            cycles.drop_column(name)
