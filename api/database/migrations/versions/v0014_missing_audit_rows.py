"""The missing and lost rows that a verification of the audit trail has found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column("audit_checks", sa.Column("missing_from", sa.Integer(), nullable=True))
    lost = sa.Column("lost_rows", sa.Integer(), nullable=False, server_default="0")
    op.add_column("audit_checks", lost)


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("audit_checks") as checks:
        checks.drop_column("missing_from")
        checks.drop_column("lost_rows")
