"""Follow-ups after a cycle, and questions to posts that have taken over a commitment."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

_AT_MOST_TWO = "reminders <= 2"


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "follow_ups",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("agreement_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("month", sa.Integer(), nullable=False),
        sa.Column("opened_at", UtcDateTime(), nullable=True),
        sa.Column("again", sa.Boolean(), nullable=True),
        *_asked(),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_follow_ups_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreements.id"],
            name=op.f("fk_follow_ups_agreement_id_agreements"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_follow_ups_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(_AT_MOST_TWO, name=op.f("ck_follow_ups_at_most_two_reminders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_ups")),
        sa.UniqueConstraint(
            "agreement_id", "side", "month", name=op.f("uq_follow_ups_agreement_id_side_month")
        ),
    )
    op.create_index("ix_follow_ups_cycle_id_due", "follow_ups", ["cycle_id", "due"])
    op.create_index("ix_follow_ups_person_id", "follow_ups", ["person_id"])
    _create_post_questions()


def downgrade() -> None:
    """Downgrade the schema. Follow-ups and the answers of posts are lost."""
    op.drop_index("ix_post_questions_credential_id", table_name="post_questions")
    op.drop_index("ix_post_questions_person_id", table_name="post_questions")
    op.drop_index("ix_post_questions_cycle_id", table_name="post_questions")
    op.drop_table("post_questions")
    op.drop_index("ix_follow_ups_person_id", table_name="follow_ups")
    op.drop_index("ix_follow_ups_cycle_id_due", table_name="follow_ups")
    op.drop_table("follow_ups")


def _asked() -> tuple[sa.Column[object], ...]:
    """Return the columns that both tables share."""
    return (
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=True),
        sa.Column("reminded_at", UtcDateTime(), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
    )


def _create_post_questions() -> None:
    op.create_table(
        "post_questions",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("commitment_id", sa.String(length=20), nullable=False),
        sa.Column("post", sa.String(length=120), nullable=False),
        sa.Column("address", sa.String(length=400), nullable=False),
        sa.Column("credential_id", sa.String(length=20), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("evidence", sa.JSON(), nullable=False),
        *_asked(),
        sa.ForeignKeyConstraint(
            ["cycle_id"],
            ["cycles.id"],
            name=op.f("fk_post_questions_cycle_id_cycles"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_post_questions_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["commitment_id"],
            ["commitments.id"],
            name=op.f("fk_post_questions_commitment_id_commitments"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_post_questions_credential_id_credentials"),
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(_AT_MOST_TWO, name=op.f("ck_post_questions_at_most_two_reminders")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_post_questions")),
        sa.UniqueConstraint("commitment_id", name=op.f("uq_post_questions_commitment_id")),
    )
    for column in ("cycle_id", "person_id", "credential_id"):
        op.create_index(f"ix_post_questions_{column}", "post_questions", [column])
