"""Seals of open calls and of the codes that confirm addresses."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

_TABLES = ("enrolment_calls", "address_codes")


def upgrade() -> None:
    """Upgrade the schema. Rows are sealed when the application starts, because this needs keys."""
    for table in _TABLES:
        op.add_column(table, sa.Column("seal", sa.String(length=64), nullable=True))


def downgrade() -> None:
    """Downgrade the schema."""
    for table in _TABLES:
        with op.batch_alter_table(table) as sealed:
            sealed.drop_column("seal")
