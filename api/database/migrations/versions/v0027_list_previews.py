"""Uploaded lists that wait for a decision, lists that can be undone, and meanings of headers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "list_previews",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("coachees", sa.LargeBinary(), nullable=True),
        sa.Column("coaches", sa.LargeBinary(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("outcome", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_list_previews_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_list_previews")),
    )
    op.create_table(
        "list_undos",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.Column("people", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_list_undos_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_list_undos")),
    )
    op.create_table(
        "header_mappings",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("header", sa.String(length=100), nullable=False),
        sa.Column("column", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("kind", "header", name=op.f("pk_header_mappings")),
    )


def downgrade() -> None:
    """Downgrade the schema. Lists that wait for a decision have to be uploaded again."""
    op.drop_table("header_mappings")
    op.drop_table("list_undos")
    op.drop_table("list_previews")
