"""The purpose of each run."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema: the purpose of all existing runs is a plan."""
    purpose = sa.Column("purpose", sa.String(length=20), nullable=False, server_default="plan")
    op.add_column("runs", purpose)


def downgrade() -> None:
    """Downgrade the schema. What-ifs and their runs are deleted, as they would look like drafts."""
    for table in ("plans", "run_progress"):
        op.execute(
            f"DELETE FROM {table} WHERE run_id IN (SELECT id FROM runs WHERE purpose = 'what-if')"  # noqa: S608 - two fixed names
        )
    op.execute("DELETE FROM runs WHERE purpose = 'what-if'")
    with op.batch_alter_table("runs") as runs:
        runs.drop_column("purpose")
