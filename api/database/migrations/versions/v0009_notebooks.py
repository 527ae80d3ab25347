"""Notebooks: a coach's existing notes and passphrase become part of the first notebook."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Upgrade the schema."""
    op.create_table(
        "notebooks",
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("passphrase_hash", sa.String(length=200), nullable=True),
        sa.Column("recovery_sha256", sa.String(length=64), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_notebooks_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "number", name=op.f("pk_notebooks")),
    )
    op.execute(
        "INSERT INTO notebooks"
        " (person_id, number, created_at, passphrase_hash, failures, locked_until)"
        " SELECT person_id, 1, created_at, passphrase_hash, failures, locked_until"
        " FROM note_holders"
    )
    op.drop_table("note_holders")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notebook", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Downgrade the schema. Notes in later notebooks are deleted, to keep them confidential."""
    op.execute("DELETE FROM notes WHERE notebook > 1")
    with op.batch_alter_table("notes", schema=None) as batch_op:
        batch_op.drop_column("notebook")

    op.create_table(
        "note_holders",
        sa.Column("person_id", sa.String(length=20), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("passphrase_hash", sa.String(length=200), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_note_holders_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_note_holders")),
    )
    op.execute(
        "INSERT INTO note_holders"
        " (person_id, created_at, passphrase_hash, failures, locked_until)"
        " SELECT person_id, created_at, passphrase_hash, failures, locked_until"
        " FROM notebooks WHERE number = 1"
    )
    op.drop_table("notebooks")
