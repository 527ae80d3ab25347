"""The aide's link with which a proposal of another time was made."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

_REFERENCE = "fk_proposals_aide_id_credentials"


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("proposals") as table:
        table.add_column(sa.Column("aide_id", sa.String(20), nullable=True))
        table.create_foreign_key(
            _REFERENCE, "credentials", ["aide_id"], ["id"], ondelete="SET NULL"
        )


def downgrade() -> None:
    """Downgrade the schema. The information about which aide made a proposal is lost."""
    with op.batch_alter_table("proposals") as table:
        table.drop_constraint(_REFERENCE, type_="foreignkey")
        table.drop_column("aide_id")
