"""The times at which people left a cycle themselves."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.add_column("people", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))


def downgrade() -> None:
    """Downgrade the schema. The next lists can then bring back people who have left."""
    op.drop_column("people", "withdrawn_at")
