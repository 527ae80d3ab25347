"""Session records: who was absent, minutes, modules, actions, and requests to the office.

The text of agreed actions becomes a single action, and the next step becomes the next focus.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime, new_id

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

_RECORDS = sa.table(
    "shared_records",
    *(sa.column(name) for name in ("session_id", "agreed_actions", "next_step", "next_focus")),
)
_ACTIONS = sa.table(
    "session_actions",
    *(sa.column(name) for name in ("id", "session_id", "position", "text", "state")),
)


def upgrade() -> None:
    """Upgrade the schema."""
    _create_tables()
    with op.batch_alter_table("shared_records") as records:
        records.add_column(sa.Column("next_focus", sa.Text(), server_default="", nullable=False))
        records.add_column(sa.Column("absent", sa.String(length=20), nullable=True))
        records.add_column(sa.Column("minutes", sa.Integer(), nullable=True))
        records.add_column(sa.Column("mode", sa.String(length=20), nullable=True))
        records.add_column(
            sa.Column("ask_office", sa.String(length=20), server_default="none", nullable=False)
        )
        records.add_column(sa.Column("settled_at", UtcDateTime(), nullable=True))
        records.add_column(sa.Column("answered_at", UtcDateTime(), nullable=True))
    op.add_column("feedback", sa.Column("absent", sa.String(length=20), nullable=True))
    connection = op.get_bind()
    connection.execute(sa.update(_RECORDS).values(next_focus=_RECORDS.c.next_step))
    written = sa.select(_RECORDS.c.session_id, _RECORDS.c.agreed_actions)
    rows = connection.execute(written.where(_RECORDS.c.agreed_actions != "")).all()
    if rows:
        connection.execute(
            sa.insert(_ACTIONS),
            [
                {
                    "id": new_id(),
                    "session_id": row.session_id,
                    "position": 0,
                    "text": row.agreed_actions,
                    "state": "open",
                }
                for row in rows
            ],
        )
    with op.batch_alter_table("shared_records") as records:
        records.drop_column("agreed_actions")
        records.drop_column("next_step")


def downgrade() -> None:
    """Downgrade the schema. Merge each session's actions into one text; drop the new fields."""
    with op.batch_alter_table("shared_records") as records:
        for column in ("agreed_actions", "next_step"):
            records.add_column(sa.Column(column, sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    connection.execute(sa.update(_RECORDS).values(next_step=_RECORDS.c.next_focus))
    texts: dict[str, list[str]] = {}
    in_order = sa.select(_ACTIONS).order_by(_ACTIONS.c.session_id, _ACTIONS.c.position)
    for row in connection.execute(in_order):
        texts.setdefault(row.session_id, []).append(row.text)
    for session_id, lines in texts.items():
        connection.execute(
            sa.update(_RECORDS)
            .where(_RECORDS.c.session_id == session_id)
            .values(agreed_actions="\n".join(lines))
        )
    with op.batch_alter_table("shared_records") as records:
        for column in (
            *("next_focus", "absent", "minutes", "mode", "ask_office"),
            *("settled_at", "answered_at"),
        ):
            records.drop_column(column)
        for column in ("agreed_actions", "next_step"):
            records.alter_column(column, existing_type=sa.Text(), server_default=None)
    with op.batch_alter_table("feedback") as feedback:
        feedback.drop_column("absent")
    op.drop_table("covered_modules")
    op.drop_table("session_actions")


def _create_tables() -> None:
    op.create_table(
        "session_actions",
        sa.Column("session_id", sa.String(length=20), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=20), nullable=True),
        sa.Column("due", sa.Date(), nullable=True),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_session_actions_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_actions")),
        sa.UniqueConstraint(
            "session_id", "position", name=op.f("uq_session_actions_session_id_position")
        ),
    )
    op.create_table(
        "covered_modules",
        sa.Column("session_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=10), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["sessions.id"],
            name=op.f("fk_covered_modules_session_id_sessions"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "code", name=op.f("pk_covered_modules")),
    )
