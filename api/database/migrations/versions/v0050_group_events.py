"""Group events, their dates, and people's invitations and replies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

_ID = sa.String(length=20)
_WITH_INVITATION = ("mails", "incoming_mails")


def upgrade() -> None:
    """Upgrade the schema."""
    _create_events()
    _create_invitations()
    for table in _WITH_INVITATION:
        with op.batch_alter_table(table) as changed:
            changed.add_column(sa.Column("group_invitation_id", _ID, nullable=True))
            changed.create_foreign_key(
                op.f(f"fk_{table}_group_invitation_id_group_invitations"),
                "group_invitations",
                ["group_invitation_id"],
                ["id"],
                ondelete="CASCADE",
            )
    op.create_index(
        "ix_mails_group_invitation_id",
        "mails",
        ["group_invitation_id", "kind", "occasion"],
        unique=True,
    )
    op.create_index(
        "ix_incoming_mails_group_invitation_id", "incoming_mails", ["group_invitation_id"]
    )


def downgrade() -> None:
    """Downgrade the schema. Group events are lost, with the emails about them."""
    for table in _WITH_INVITATION:
        op.drop_index(f"ix_{table}_group_invitation_id", table_name=table)
        op.execute(f"DELETE FROM {table} WHERE group_invitation_id IS NOT NULL")  # noqa: S608
        with op.batch_alter_table(table) as changed:
            changed.drop_constraint(
                f"fk_{table}_group_invitation_id_group_invitations", type_="foreignkey"
            )
            changed.drop_column("group_invitation_id")
    for table in (
        "group_replies",
        "group_invitations",
        "group_event_dates",
        "group_event_people",
        "group_events",
    ):
        op.drop_table(table)


def _reference(table: str, column: str, referred: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{referred}")
    return sa.ForeignKeyConstraint([column], [f"{referred}.id"], name=name, ondelete="CASCADE")


def _create_events() -> None:
    op.create_table(
        "group_events",
        sa.Column("cycle_id", _ID, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("title", sa.String(length=160), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("audience", _ID, nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("join_link", sa.String(length=500), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("cancelled_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        _reference("group_events", "cycle_id", "cycles"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_events")),
    )
    op.create_index("ix_group_events_cycle_id", "group_events", ["cycle_id"])
    op.create_table(
        "group_event_people",
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        _reference("group_event_people", "event_id", "group_events"),
        _reference("group_event_people", "person_id", "people"),
        sa.PrimaryKeyConstraint("event_id", "person_id", name=op.f("pk_group_event_people")),
    )
    op.create_index("ix_group_event_people_person_id", "group_event_people", ["person_id"])
    op.create_table(
        "group_event_dates",
        sa.Column("event_id", _ID, nullable=False),
        sa.Column("uid", sa.String(length=64), nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("removed_at", UtcDateTime(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        _reference("group_event_dates", "event_id", "group_events"),
        sa.CheckConstraint(
            "ends_at > starts_at", name=op.f("ck_group_event_dates_ends_after_start")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_event_dates")),
        sa.UniqueConstraint("uid", name=op.f("uq_group_event_dates_uid")),
    )
    op.create_index("ix_group_event_dates_event_id", "group_event_dates", ["event_id"])


def _create_invitations() -> None:
    op.create_table(
        "group_invitations",
        sa.Column("date_id", _ID, nullable=False),
        sa.Column("person_id", _ID, nullable=False),
        sa.Column("kind", _ID, nullable=False),
        sa.Column("starts_at", UtcDateTime(), nullable=False),
        sa.Column("ends_at", UtcDateTime(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=True),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("join_link", sa.String(length=500), nullable=False),
        sa.Column("is_required", sa.Boolean(), nullable=False),
        sa.Column("status", _ID, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("asked_sequence", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("changed_at", UtcDateTime(), nullable=False),
        sa.Column("reply", _ID, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("reply_sequence", sa.Integer(), nullable=False),
        sa.Column("replied_at", UtcDateTime(), nullable=True),
        sa.Column("attended", sa.Boolean(), nullable=True),
        sa.Column("recorded_at", UtcDateTime(), nullable=True),
        sa.Column("id", _ID, nullable=False),
        _reference("group_invitations", "date_id", "group_event_dates"),
        _reference("group_invitations", "person_id", "people"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_invitations")),
        sa.UniqueConstraint(
            "date_id", "person_id", name=op.f("uq_group_invitations_date_id_person_id")
        ),
    )
    op.create_index(
        "ix_group_invitations_person_id", "group_invitations", ["person_id", "starts_at"]
    )
    op.create_table(
        "group_replies",
        sa.Column("invitation_id", _ID, nullable=False),
        sa.Column("source", sa.String(length=20), nullable=False),
        sa.Column("reply", _ID, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("stamp", UtcDateTime(), nullable=True),
        sa.Column("counted", sa.Boolean(), nullable=False),
        sa.Column("id", _ID, nullable=False),
        _reference("group_replies", "invitation_id", "group_invitations"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_replies")),
    )
    op.create_index("ix_group_replies_invitation_id", "group_replies", ["invitation_id"])
