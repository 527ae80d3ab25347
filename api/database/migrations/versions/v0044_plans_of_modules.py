"""Courses of cycles, and the modules that pairs plan for their sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "cycle_courses",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("course", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_cycle_courses_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("cycle_id", name=op.f("pk_cycle_courses")),
    )
    op.create_table(
        "syllabi",
        sa.Column("coachee_id", sa.String(length=20), nullable=False),
        sa.Column("course", sa.String(length=20), nullable=False),
        sa.Column("by_coach", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coachee_id"],
            ["people.id"],
            name=op.f("fk_syllabi_coachee_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("coachee_id", name=op.f("pk_syllabi")),
    )
    op.create_table(
        "planned_modules",
        sa.Column("coachee_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["coachee_id"],
            ["syllabi.coachee_id"],
            name=op.f("fk_planned_modules_coachee_id_syllabi"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("coachee_id", "code", name=op.f("pk_planned_modules")),
    )


def downgrade() -> None:
    """Downgrade the schema. Plans of modules are lost."""
    for table in ("planned_modules", "syllabi", "cycle_courses"):
        op.drop_table(table)
