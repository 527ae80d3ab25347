"""Versions of the policy, the lists and the published plan of each cycle."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

_COLUMNS = ("policy_version", "lists_version", "plans_version")


def upgrade() -> None:
    """Upgrade the schema."""
    for name in _COLUMNS:
        op.add_column("cycles", sa.Column(name, sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "list_previews",
        sa.Column("lists_version", sa.Integer(), server_default="0", nullable=False),
    )


def downgrade() -> None:
    """Downgrade the schema. Conflicting changes by two managers are no longer detected."""
    op.drop_column("list_previews", "lists_version")
    for name in reversed(_COLUMNS):
        op.drop_column("cycles", name)
