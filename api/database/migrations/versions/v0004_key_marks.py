"""A table for the fingerprint of the key file that belongs to the database."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "key_marks",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_key_marks")),
    )


def downgrade() -> None:
    """Downgrade the schema."""
    op.drop_table("key_marks")
