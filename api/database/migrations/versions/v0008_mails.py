"""Emails that the server sends, and one-time codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "one_time_codes",
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("detail", sa.String(length=400), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_one_time_codes_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_one_time_codes")),
    )
    with op.batch_alter_table("one_time_codes", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_one_time_codes_person_id"), ["person_id"], unique=False)

    op.create_table(
        "mails",
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("outbox_id", sa.String(length=20), nullable=True),
        sa.Column("session_id", sa.String(length=20), nullable=True),
        sa.Column("occasion", sa.Integer(), nullable=False),
        sa.Column("code_id", sa.String(length=20), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("queued_at", UtcDateTime(), nullable=True),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["code_id"],
            ["one_time_codes.id"],
            name=op.f("fk_mails_code_id_one_time_codes"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["cycle_id"], ["cycles.id"], name=op.f("fk_mails_cycle_id_cycles"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["outbox_id"], ["outbox.id"], name=op.f("fk_mails_outbox_id_outbox"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_mails_person_id_people"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_mails_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mails")),
        sa.UniqueConstraint("outbox_id", name=op.f("uq_mails_outbox_id")),
        sa.UniqueConstraint(
            "person_id",
            "kind",
            "session_id",
            "occasion",
            name=op.f("uq_mails_person_id_kind_session_id_occasion"),
        ),
    )
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.create_index(op.f("ix_mails_code_id"), ["code_id"], unique=False)
        batch_op.create_index("ix_mails_cycle_id_state", ["cycle_id", "state"], unique=False)
        batch_op.create_index(op.f("ix_mails_person_id"), ["person_id"], unique=False)
        batch_op.create_index(op.f("ix_mails_session_id"), ["session_id"], unique=False)


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("mails", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_mails_session_id"))
        batch_op.drop_index(op.f("ix_mails_person_id"))
        batch_op.drop_index("ix_mails_cycle_id_state")
        batch_op.drop_index(op.f("ix_mails_code_id"))

    op.drop_table("mails")
    with op.batch_alter_table("one_time_codes", schema=None) as batch_op:
        batch_op.drop_index(op.f("ix_one_time_codes_person_id"))

    op.drop_table("one_time_codes")
