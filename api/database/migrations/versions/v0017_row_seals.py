"""Seals of the rows that control access."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_SEALED = ("users", "passkeys", "recovery_codes", "ceremonies", "credentials")


def upgrade() -> None:
    """Upgrade the schema. Rows are sealed when the application starts, because this needs keys."""
    op.create_table(
        "sealed_tables",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("sealed_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_sealed_tables")),
    )
    for table in _SEALED:
        op.add_column(table, sa.Column("seal", sa.String(length=64), nullable=True))
    op.add_column(
        "audit_checks",
        sa.Column("unsealed_rows", sa.Integer(), nullable=False, server_default="0"),
    )


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("audit_checks") as checks:
        checks.drop_column("unsealed_rows")
    for table in reversed(_SEALED):
        with op.batch_alter_table(table) as sealed:
            sealed.drop_column("seal")
    op.drop_table("sealed_tables")
