"""The history of replies, incoming emails, and the last position read in each mailbox."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None


def _reference(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{referred}")
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name, ondelete="CASCADE")


def upgrade() -> None:
    """Upgrade the schema. The stored replies become the first entries of the history."""
    op.create_table(
        "reply_history",
        sa.Column("session_id", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reply", sa.String(length=20), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("stamp", UtcDateTime(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        _reference("reply_history", "session_id", "sessions"),
        _reference("reply_history", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reply_history")),
    )
    op.create_index("ix_reply_history_session_id", "reply_history", ["session_id", "person_id"])
    op.create_index(op.f("ix_reply_history_person_id"), "reply_history", ["person_id"])
    op.execute(
        "INSERT INTO reply_history"
        " (session_id, person_id, source, reply, comment, sequence, received_at, counted, id)"
        " SELECT session_id, person_id, 'page', reply, comment, sequence, replied_at, true, id"
        " FROM replies"
    )
    _create_incoming_mails()
    op.create_table(
        "mailbox_positions",
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("uid_validity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_mailbox_positions")),
    )


def _create_incoming_mails() -> None:
    op.create_table(
        "incoming_mails",
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("cycle_id", sa.String(length=20), nullable=True),
        sa.Column("person_id", sa.String(length=20), nullable=True),
        sa.Column("session_id", sa.String(length=20), nullable=True),
        sa.Column("reply", sa.String(length=20), nullable=True),
        sa.Column("sender", sa.String(length=320), nullable=False),
        sa.Column("aide", sa.String(length=320), nullable=False),
        sa.Column("other_address", sa.String(length=320), nullable=False),
        sa.Column("subject", sa.String(length=320), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=True),
        sa.Column("sequence", sa.Integer(), nullable=True),
        sa.Column("stamp", UtcDateTime(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(length=20), nullable=False),
        _reference("incoming_mails", "cycle_id", "cycles"),
        _reference("incoming_mails", "person_id", "people"),
        _reference("incoming_mails", "session_id", "sessions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incoming_mails")),
        sa.UniqueConstraint("digest", name=op.f("uq_incoming_mails_digest")),
    )
    op.create_index("ix_incoming_mails_state", "incoming_mails", ["state", "received_at"])
    for column in ("cycle_id", "person_id", "session_id"):
        op.create_index(op.f(f"ix_incoming_mails_{column}"), "incoming_mails", [column])


def downgrade() -> None:
    """Downgrade the schema. Emails that wait for a decision remain in their mailbox or folder."""
    op.drop_table("mailbox_positions")
    op.drop_table("incoming_mails")
    op.drop_table("reply_history")
