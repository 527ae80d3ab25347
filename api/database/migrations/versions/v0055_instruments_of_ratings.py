"""The instrument, and its version, with which each goal was rated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0055"
down_revision = "0054"
branch_labels = None
depends_on = None

_INSTRUMENT, _VERSION = "goal_attainment", "1"
"""The only instrument with which goals were rated before, and its version."""


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("goal_ratings") as ratings:
        ratings.add_column(sa.Column("instrument", sa.String(length=40), nullable=True))
        ratings.add_column(sa.Column("instrument_version", sa.String(length=20), nullable=True))
    ratings_table = sa.table(
        "goal_ratings", sa.column("instrument"), sa.column("instrument_version")
    )
    op.execute(sa.update(ratings_table).values(instrument=_INSTRUMENT, instrument_version=_VERSION))
    with op.batch_alter_table("goal_ratings") as ratings:
        ratings.alter_column("instrument", existing_type=sa.String(length=40), nullable=False)
        ratings.alter_column(
            "instrument_version", existing_type=sa.String(length=20), nullable=False
        )


def downgrade() -> None:
    """Downgrade the schema. Instruments and versions of ratings are lost."""
    with op.batch_alter_table("goal_ratings") as ratings:
        ratings.drop_column("instrument_version")
        ratings.drop_column("instrument")
