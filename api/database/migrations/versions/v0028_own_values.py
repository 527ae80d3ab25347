"""The values of lists that people have replaced with their own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column("people", sa.Column("listed", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    """Downgrade the schema. The next lists then replace the values that people have set."""
    op.drop_column("people", "listed")
