"""Names and comments of plans."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column(
        "plans", sa.Column("name", sa.String(length=80), server_default="", nullable=False)
    )
    op.add_column("plans", sa.Column("comment", sa.Text(), server_default="", nullable=False))
    op.add_column(
        "plans", sa.Column("label_version", sa.Integer(), server_default="0", nullable=False)
    )


def downgrade() -> None:
    """Downgrade the schema. Names and comments of plans are lost."""
    for name in ("name", "comment", "label_version"):
        op.drop_column("plans", name)
