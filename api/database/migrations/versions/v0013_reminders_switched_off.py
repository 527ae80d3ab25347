"""The time at which reminders were turned off for a cycle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column("cycles", sa.Column("reminders_off_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("cycles") as cycles:
        cycles.drop_column("reminders_off_at")
