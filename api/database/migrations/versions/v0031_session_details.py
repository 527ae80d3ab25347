"""Places, modes and links of sessions, and the session revisions that messages announce."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

_TEXTS = {"place": sa.String(200), "join_link": sa.String(500), "topic": sa.Text()}
_NUMBERS = ("revision", "adjustments")


def upgrade() -> None:
    """Upgrade the schema. Existing messages are numbered by the session's sequence."""
    for name in _NUMBERS:
        op.add_column("sessions", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.execute(sa.text("UPDATE sessions SET revision = sequence"))
    op.add_column("sessions", sa.Column("mode", sa.String(20), nullable=True))
    for name, kind in _TEXTS.items():
        op.add_column("sessions", sa.Column(name, kind, nullable=False, server_default=""))


def downgrade() -> None:
    """Downgrade the schema. Places, links and topics of sessions are lost."""
    for name in (*_TEXTS, "mode", *_NUMBERS):
        op.drop_column("sessions", name)
