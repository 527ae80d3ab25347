"""Keys of notebooks, unlocked by the coach's own secrets; existing notebooks have none yet.

A downgrade loses all notes in notebooks that have a key, because no older version can open them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_OLD_UNIQUE = "uq_note_keys_author_id_subject_id"
_NEW_UNIQUE = f"{_OLD_UNIQUE}_notebook"
_NO_MASTER_KEY = 0  # a version that no key file has


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("notebooks") as notebooks:
        notebooks.add_column(sa.Column("device", sa.String(100), server_default="", nullable=False))
        notebooks.add_column(sa.Column("sealed_at", UtcDateTime(), nullable=True))
        notebooks.add_column(sa.Column("confirmed_at", UtcDateTime(), nullable=True))
        notebooks.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        notebooks.add_column(sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.execute("UPDATE notebooks SET confirmed_at = created_at")
    with op.batch_alter_table("note_keys") as keys:
        keys.add_column(sa.Column("notebook", sa.Integer(), server_default="0", nullable=False))
        keys.alter_column("master_version", existing_type=sa.Integer(), nullable=True)
        keys.drop_constraint(_OLD_UNIQUE, type_="unique")
        keys.create_unique_constraint(_NEW_UNIQUE, ["author_id", "subject_id", "notebook"])
    _create_openers()
    op.create_table(
        "erased_notes",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("author_id", sa.String(20), nullable=False),
        sa.Column("notebook", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.String(20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("erased_at", UtcDateTime(), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["author_id"],
            ["people.id"],
            name=op.f("fk_erased_notes_author_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erased_notes")),
    )
    op.create_index(op.f("ix_erased_notes_author_id"), "erased_notes", ["author_id"])


def _create_openers() -> None:
    op.create_table(
        "notebook_openers",
        sa.Column("id", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(20), nullable=False),
        sa.Column("notebook", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("credential_id", sa.String(20), nullable=True),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("label", sa.String(100), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("master_version", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id", "notebook"],
            ["notebooks.person_id", "notebooks.number"],
            name="fk_notebook_openers_notebook",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["credential_id"],
            ["credentials.id"],
            name=op.f("fk_notebook_openers_credential_id_credentials"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notebook_openers")),
        sa.UniqueConstraint("credential_id", name=op.f("uq_notebook_openers_credential_id")),
    )
    op.create_index(op.f("ix_notebook_openers_person_id"), "notebook_openers", ["person_id"])


def downgrade() -> None:
    """Downgrade the schema. Only one data key is kept for each pair of people."""
    op.drop_table("erased_notes")
    op.drop_table("notebook_openers")
    surplus = (
        "SELECT id FROM note_keys AS later WHERE EXISTS (SELECT 1 FROM note_keys AS earlier"
        " WHERE earlier.author_id = later.author_id AND earlier.subject_id = later.subject_id"
        " AND earlier.notebook < later.notebook)"
    )
    op.execute(f"DELETE FROM notes WHERE key_id IN ({surplus})")  # noqa: S608 - fixed text
    op.execute(f"DELETE FROM note_keys WHERE id IN ({surplus})")  # noqa: S608 - fixed text
    op.execute(
        f"UPDATE note_keys SET master_version = {_NO_MASTER_KEY} WHERE master_version IS NULL"  # noqa: S608 - fixed text
    )
    with op.batch_alter_table("note_keys") as keys:
        keys.drop_constraint(_NEW_UNIQUE, type_="unique")
        keys.create_unique_constraint(_OLD_UNIQUE, ["author_id", "subject_id"])
        keys.alter_column("master_version", existing_type=sa.Integer(), nullable=False)
        keys.drop_column("notebook")
    with op.batch_alter_table("notebooks") as notebooks:
        for column in ("mac", "version", "confirmed_at", "sealed_at", "device"):
            notebooks.drop_column(column)
