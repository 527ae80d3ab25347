"""Agreements of pairs, their texts, and answers to the fit question."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None


def _reference(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{referred}")
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name, ondelete="CASCADE")


def _word(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length=20), nullable=nullable)


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "agreements",
        *(_word(name) for name in ("cycle_id", "coachee_id", "coach_id", "state")),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("agreed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        _word("closed_as", nullable=True),
        _word("id"),
        _reference("agreements", "cycle_id", "cycles"),
        _reference("agreements", "coachee_id", "people"),
        _reference("agreements", "coach_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreements")),
    )
    op.create_index(op.f("ix_agreements_cycle_id"), "agreements", ["cycle_id"])
    op.create_index("ix_agreements_coachee", "agreements", ["coachee_id", "created_at"])
    op.create_index("ix_agreements_coach", "agreements", ["coach_id"])
    op.create_table(
        "agreement_texts",
        _word("agreement_id"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=300), nullable=False),
        sa.Column("focus", sa.JSON(), nullable=False),
        sa.Column("sessions", sa.Integer(), nullable=False),
        *(_word(name) for name in ("mode", "language", "contact", "delegates")),
        *(
            sa.Column(name, sa.String(length=40), nullable=False)
            for name in ("terms_version", "duty_text_version", "sponsor_sees_version")
        ),
        sa.Column("texts_sha256", sa.String(length=64), nullable=False),
        _word("written_by"),
        _word("proposed_by", nullable=True),
        sa.Column("coachee_agreed_at", UtcDateTime(), nullable=True),
        sa.Column("coach_agreed_at", UtcDateTime(), nullable=True),
        _word("id"),
        _reference("agreement_texts", "agreement_id", "agreements"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_texts")),
        sa.UniqueConstraint(
            "agreement_id", "number", name=op.f("uq_agreement_texts_agreement_id_number")
        ),
    )
    op.create_table(
        "fit_answers",
        *(_word(name) for name in ("coachee_id", "coach_id", "side", "cycle_id", "fit")),
        sa.Column("answered_at", UtcDateTime(), nullable=False),
        _reference("fit_answers", "coachee_id", "people"),
        _reference("fit_answers", "coach_id", "people"),
        _reference("fit_answers", "cycle_id", "cycles"),
        sa.PrimaryKeyConstraint("coachee_id", "coach_id", "side", name=op.f("pk_fit_answers")),
    )
    for column in ("coach_id", "cycle_id"):
        op.create_index(op.f(f"ix_fit_answers_{column}"), "fit_answers", [column])


def downgrade() -> None:
    """Downgrade the schema. Agreements and answers are lost."""
    op.drop_table("fit_answers")
    op.drop_table("agreement_texts")
    op.drop_table("agreements")
