"""Seals of one-time codes, the sealed replay counter of app codes, and the last use of devices.

The replay counter of users (`totp_step`) becomes part of their seal. NULL values are not part of a
seal, so setting the counter to NULL keeps the existing seals valid.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("one_time_codes") as codes:
        codes.add_column(sa.Column("seal", sa.String(64), nullable=True))
    with op.batch_alter_table("verified_devices") as devices:
        devices.add_column(sa.Column("last_used_at", UtcDateTime(), nullable=True))
    with op.batch_alter_table("users") as users:
        users.alter_column(
            "totp_step", existing_type=sa.BigInteger(), nullable=True, server_default=None
        )
    op.execute("UPDATE users SET totp_step = NULL")


def downgrade() -> None:
    """Downgrade the schema. Codes from an app that were just used can be used again."""
    op.execute("UPDATE users SET totp_step = 0")
    with op.batch_alter_table("users") as users:
        users.alter_column(
            "totp_step", existing_type=sa.BigInteger(), nullable=False, server_default="0"
        )
    with op.batch_alter_table("verified_devices") as devices:
        devices.drop_column("last_used_at")
    with op.batch_alter_table("one_time_codes") as codes:
        codes.drop_column("seal")
