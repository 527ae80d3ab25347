"""Scopes of tokens, and the second factor that a session or token is based on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_GRACE = timedelta(days=30)
_CREDENTIALS = sa.table(
    "credentials",
    sa.column("kind", sa.String),
    sa.column("expires_at", UtcDateTime()),
    sa.column("factor", sa.String),
    sa.column("scopes", sa.String),
    sa.column("seal", sa.String),
)


def upgrade() -> None:
    """Upgrade the schema. Existing tokens may only read, for at most thirty days.

    Tokens that are already sealed are not changed: without scopes, they may only read.
    """
    op.add_column("credentials", sa.Column("factor", sa.String(length=20), nullable=True))
    op.add_column("credentials", sa.Column("scopes", sa.String(length=60), nullable=True))
    until, columns = datetime.now(UTC) + _GRACE, _CREDENTIALS.c
    op.execute(
        _CREDENTIALS.update()
        .where(columns.kind == "token", columns.seal.is_(None))
        .values(
            scopes="read",
            factor="earlier",
            expires_at=sa.case((columns.expires_at > until, until), else_=columns.expires_at),
        )
    )


def downgrade() -> None:
    """Downgrade the schema."""
    with op.batch_alter_table("credentials") as credentials:
        credentials.drop_column("scopes")
        credentials.drop_column("factor")
