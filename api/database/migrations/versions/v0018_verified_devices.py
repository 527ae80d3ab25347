"""Verified devices and PINs of coaches and coachees."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "verified_devices",
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("verification", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("remembered", sa.Boolean(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_verified_devices_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_verified_devices")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_verified_devices_secret_sha256")),
    )
    op.create_index(
        op.f("ix_verified_devices_person_id"), "verified_devices", ["person_id"], unique=False
    )
    op.create_table(
        "person_pins",
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.Column("set_at", UtcDateTime(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.Column("seal", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_person_pins_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person_pins")),
        sa.UniqueConstraint("person_id", name=op.f("uq_person_pins_person_id")),
    )


def downgrade() -> None:
    """Downgrade the schema. Links then give full access without verification."""
    op.drop_table("person_pins")
    op.drop_index(op.f("ix_verified_devices_person_id"), table_name="verified_devices")
    op.drop_table("verified_devices")
