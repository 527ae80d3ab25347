"""One note on a session per notebook, so that a note in one notebook does not block another."""

from __future__ import annotations

from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_OLD_UNIQUE = "uq_notes_session_id"
_NEW_UNIQUE = "uq_notes_session_id_author_id_notebook"


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("notes") as notes:
        notes.drop_constraint(_OLD_UNIQUE, type_="unique")
        notes.create_unique_constraint(_NEW_UNIQUE, ["session_id", "author_id", "notebook"])


def downgrade() -> None:
    """Downgrade the schema. Of several notes on a session, only the first notebook's is kept."""
    surplus = (
        "SELECT id FROM notes AS later WHERE EXISTS (SELECT 1 FROM notes AS earlier"
        " WHERE earlier.session_id = later.session_id AND earlier.notebook < later.notebook)"
    )
    op.execute(f"DELETE FROM notes WHERE id IN ({surplus})")  # noqa: S608 - fixed text
    with op.batch_alter_table("notes") as notes:
        notes.drop_constraint(_NEW_UNIQUE, type_="unique")
        notes.create_unique_constraint(_OLD_UNIQUE, ["session_id"])
