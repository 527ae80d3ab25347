"""The directory: one row for each human, referenced by the people of cycles.

Rows with the same value of `person` are one human, and so are rows with the same address and name.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime, new_id
from coach.humans import same_humans

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_FK = "fk_people_human_id_humans"
_HUMANS = sa.table(
    "humans",
    sa.column("id", sa.String),
    sa.column("name", sa.String),
    sa.column("email", sa.String),
    sa.column("person", sa.String),
    sa.column("created_at", UtcDateTime()),
)
_PEOPLE = sa.table(
    "people",
    sa.column("id", sa.String),
    sa.column("cycle_id", sa.String),
    sa.column("name", sa.String),
    sa.column("email", sa.String),
    sa.column("profile", sa.JSON),
    sa.column("erased_at", UtcDateTime()),
    sa.column("human_id", sa.String),
)
_CYCLES = sa.table("cycles", sa.column("id", sa.String), sa.column("created_at", UtcDateTime()))


def upgrade() -> None:
    """Upgrade the schema, and add the humans of the people in all cycles."""
    op.create_table(
        "humans",
        sa.Column("name", sa.String(length=400), nullable=False),
        sa.Column("email", sa.String(length=400), nullable=False),
        sa.Column("person", sa.String(length=200), server_default="", nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_humans")),
    )
    op.create_table(
        "distinct_humans",
        sa.Column("one_id", sa.String(length=20), nullable=False),
        sa.Column("other_id", sa.String(length=20), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [column],
                ["humans.id"],
                name=op.f(f"fk_distinct_humans_{column}_humans"),
                ondelete="CASCADE",
            )
            for column in ("one_id", "other_id")
        ),
        sa.PrimaryKeyConstraint("one_id", "other_id", name=op.f("pk_distinct_humans")),
    )
    op.create_index(op.f("ix_distinct_humans_other_id"), "distinct_humans", ["other_id"])
    with op.batch_alter_table("people") as people:
        people.add_column(sa.Column("human_id", sa.String(length=20), nullable=True))
        people.create_foreign_key(op.f(_FK), "humans", ["human_id"], ["id"], ondelete="SET NULL")
    op.create_index(op.f("ix_people_human_id"), "people", ["human_id"])
    _add_humans()


def _add_humans() -> None:
    """Add a row for each human, with the name and address that the newest cycle lists."""
    connection, columns = op.get_bind(), _PEOPLE.c
    people = connection.execute(
        sa.select(columns.id, columns.name, columns.email, columns.profile, _CYCLES.c.created_at)
        .join(_CYCLES, _CYCLES.c.id == columns.cycle_id)
        .where(columns.erased_at.is_(None))
        .order_by(_CYCLES.c.created_at, columns.cycle_id, columns.id)
    ).all()
    if not people:
        return
    keys = [(row.profile.get("person", ""), row.email, row.name) for row in people]
    humans: dict[int, dict[str, object]] = {}
    links: list[dict[str, object]] = []
    for row, key, number in zip(people, keys, same_humans(keys), strict=True):
        human = humans.setdefault(
            number, {"id": new_id(), "person": "", "created_at": row.created_at}
        )
        human |= {"name": row.name, "email": row.email, "person": key[0] or human["person"]}
        links.append({"person_id": row.id, "human": human["id"]})
    connection.execute(sa.insert(_HUMANS), list(humans.values()))
    update = sa.update(_PEOPLE).where(columns.id == sa.bindparam("person_id"))
    connection.execute(update.values(human_id=sa.bindparam("human")), links)


def downgrade() -> None:
    """Downgrade the schema. Decisions about possible duplicates are lost."""
    op.drop_index(op.f("ix_people_human_id"), table_name="people")
    with op.batch_alter_table("people") as people:
        people.drop_constraint(op.f(_FK), type_="foreignkey")
        people.drop_column("human_id")
    op.drop_index(op.f("ix_distinct_humans_other_id"), table_name="distinct_humans")
    op.drop_table("distinct_humans")
    op.drop_table("humans")
