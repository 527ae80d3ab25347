"""Whether the emails to a person contain calendar objects."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0054"
down_revision = "0052"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column(
        "humans",
        sa.Column("attach_ics", sa.Boolean(), nullable=False, server_default=sa.true()),
    )


def downgrade() -> None:
    """Downgrade the schema. All people get calendar objects again."""
    op.drop_column("humans", "attach_ics")
