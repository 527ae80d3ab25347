"""Seals of notebooks and their openers. Existing rows are sealed at the next start."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_TABLES = ("notebooks", "notebook_openers")


def upgrade() -> None:
    """Upgrade the schema."""
    for table in _TABLES:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("seal", sa.String(64), nullable=True))


def downgrade() -> None:
    """Downgrade the schema.

    After a later upgrade, the rows are refused until the file `sealed-tables` is deleted; see
    `api.audit_trail.sealed_tables`.
    """
    for table in _TABLES:
        op.execute(f"DELETE FROM sealed_tables WHERE name = '{table}'")  # noqa: S608 - fixed text
        with op.batch_alter_table(table) as changed:
            changed.drop_column("seal")
