"""Open calls, codes that confirm addresses, and applications."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "enrolment_calls",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=True),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("closes_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_enrolment_calls_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_enrolment_calls")),
        sa.UniqueConstraint("cycle_id", name=op.f("uq_enrolment_calls_cycle_id")),
        sa.UniqueConstraint("secret_sha256", name=op.f("uq_enrolment_calls_secret_sha256")),
    )
    op.create_table(
        "address_codes",
        sa.Column("call_id", sa.String(length=20), nullable=False),
        sa.Column("address_digest", sa.String(length=64), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("confirmed_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"],
            ["enrolment_calls.id"],
            name=op.f("fk_address_codes_call_id_enrolment_calls"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address_codes")),
    )
    for column in ("call_id", "address_digest"):
        op.create_index(op.f(f"ix_address_codes_{column}"), "address_codes", [column])
    op.create_table(
        "applications",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("email", sa.String(length=400), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_applications_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint(
            "cycle_id", "side", "email", name=op.f("uq_applications_cycle_id_side_email")
        ),
    )


def downgrade() -> None:
    """Downgrade the schema. Calls end, and applications are lost."""
    op.drop_table("applications")
    op.drop_table("address_codes")
    op.drop_table("enrolment_calls")
