"""Limits of managers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema. Managers without limits are administrators."""
    op.add_column("users", sa.Column("limits", sa.Text(), nullable=True))


def downgrade() -> None:
    """Downgrade the schema.

    After that, limited managers cannot sign in, because the seals of their rows include the limits.
    """
    with op.batch_alter_table("users") as table:
        table.drop_column("limits")
