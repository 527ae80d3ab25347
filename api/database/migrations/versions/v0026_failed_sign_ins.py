"""Failed attempts to sign in, counted for all processes; outsiders can no longer lock users out.

`failures` and `locked_until` of users remain, for wrong codes after a correct password.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema, and end the lockouts that wrong passwords may have caused."""
    op.create_table(
        "failed_sign_ins",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_failed_sign_ins")),
    )
    op.create_index(op.f("ix_failed_sign_ins_expires_at"), "failed_sign_ins", ["expires_at"])
    op.execute("UPDATE users SET failures = 0, locked_until = NULL")


def downgrade() -> None:
    """Downgrade the schema."""
    op.drop_index(op.f("ix_failed_sign_ins_expires_at"), table_name="failed_sign_ins")
    op.drop_table("failed_sign_ins")
