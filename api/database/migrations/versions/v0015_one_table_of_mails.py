"""One table of outgoing emails: the rows of the outbox become emails, as drafts until released.

An invitation keeps the id of its row in the outbox, from which its address, its reply token and its
saved file are derived. The id of its row in `mails`, if it had one, becomes its former id.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_MAX_BACKOFF_MINUTES = 60
_SENT = ("sent", "sent otherwise")
_MAILS = sa.table(
    "mails",
    sa.column("id", sa.String),
    sa.column("kind", sa.String),
    sa.column("cycle_id", sa.String),
    sa.column("person_id", sa.String),
    sa.column("outbox_id", sa.String),
    sa.column("plan_id", sa.String),
    sa.column("session_id", sa.String),
    sa.column("occasion", sa.Integer),
    sa.column("content", sa.JSON),
    sa.column("state", sa.String),
    sa.column("created_at", UtcDateTime()),
    sa.column("released_at", UtcDateTime()),
    sa.column("queued_at", UtcDateTime()),
    sa.column("attempted_at", UtcDateTime()),
    sa.column("ended_at", UtcDateTime()),
    sa.column("domain", sa.String),
    sa.column("tries", sa.Integer),
    sa.column("problem", sa.String),
    sa.column("former_id", sa.String),
)
_OUTBOX = sa.table(
    "outbox",
    sa.column("id", sa.String),
    sa.column("cycle_id", sa.String),
    sa.column("plan_id", sa.String),
    sa.column("session_id", sa.String),
    sa.column("person_id", sa.String),
    sa.column("side", sa.String),
    sa.column("method", sa.String),
    sa.column("message", sa.JSON),
    sa.column("created_at", UtcDateTime()),
    sa.column("sent_at", UtcDateTime()),
)
_PEOPLE = sa.table("people", sa.column("id", sa.String), sa.column("email", sa.String))
_SESSIONS = sa.table("sessions", sa.column("id", sa.String), sa.column("coachee_id", sa.String))
_is_invitation = _MAILS.c.kind == "invitation"


def upgrade() -> None:
    """Upgrade the schema."""
    with op.batch_alter_table("mails") as mails:
        mails.add_column(sa.Column("plan_id", sa.String(20), nullable=True))
        mails.add_column(sa.Column("content", sa.JSON(none_as_null=True), nullable=True))
        mails.add_column(sa.Column("released_at", UtcDateTime(), nullable=True))
        mails.add_column(sa.Column("attempted_at", UtcDateTime(), nullable=True))
        mails.add_column(sa.Column("domain", sa.String(255), nullable=True))
        mails.add_column(sa.Column("former_id", sa.String(20), nullable=True))
        mails.drop_constraint("fk_mails_outbox_id_outbox", type_="foreignkey")
    _join_released()
    _add_unreleased()
    _set_domains()
    _set_retry_times()
    with op.batch_alter_table("mails") as mails:
        mails.drop_constraint("uq_mails_outbox_id", type_="unique")
        mails.drop_column("outbox_id")
        mails.create_foreign_key(
            "fk_mails_plan_id_plans", "plans", ["plan_id"], ["id"], ondelete="CASCADE"
        )
        mails.create_unique_constraint("uq_mails_former_id", ["former_id"])
        mails.create_index(
            "ix_mails_domain", ["domain", "state", "queued_at", "released_at", "id"], unique=False
        )
    _drop_outbox()


def _join_released() -> None:
    """Move the messages of released emails into their rows, and rename the states."""

    def of_outbox(column: sa.ColumnElement[object]) -> sa.ScalarSelect[object]:
        return (
            sa.select(column)
            .where(_OUTBOX.c.id == _MAILS.c.outbox_id)
            .correlate(_MAILS)
            .scalar_subquery()
        )

    sent_at = of_outbox(_OUTBOX.c.sent_at)
    mails, reminded = _MAILS.c, _MAILS.c.outbox_id.is_(None)
    op.execute(
        _MAILS.update().values(
            released_at=mails.created_at,
            attempted_at=sa.case((mails.problem != "", mails.queued_at)),
        )
    )
    # A reminder that has ended with a problem had failed, and the office then sent it another way.
    op.execute(
        _MAILS.update()
        .where(mails.state == "dropped", reminded)
        .values(state=sa.case((mails.problem != "", "sent otherwise"), else_="cancelled"))
    )
    op.execute(
        _MAILS.update()
        .where(~reminded)
        .values(
            state=sa.case(
                (mails.state == "sent", "sent"),
                (sent_at.is_not(None), "sent otherwise"),
                (mails.state == "dropped", "cancelled"),
                else_=mails.state,
            ),
            ended_at=sa.func.coalesce(mails.ended_at, sent_at),
            plan_id=of_outbox(_OUTBOX.c.plan_id),
            session_id=of_outbox(_OUTBOX.c.session_id),
            occasion=of_outbox(_OUTBOX.c.message["sequence"].as_integer()),
            content=of_outbox(_OUTBOX.c.message),
            created_at=of_outbox(_OUTBOX.c.created_at),
            former_id=mails.id,
            id=mails.outbox_id,
        )
    )


def _add_unreleased() -> None:
    """Add an email for each message that this server neither sends nor has sent."""
    there = sa.select(_MAILS.c.id).where(_MAILS.c.id == _OUTBOX.c.id)
    columns = {
        "id": _OUTBOX.c.id,
        "kind": sa.literal("invitation"),
        "cycle_id": _OUTBOX.c.cycle_id,
        "person_id": _OUTBOX.c.person_id,
        "plan_id": _OUTBOX.c.plan_id,
        "session_id": _OUTBOX.c.session_id,
        "occasion": _OUTBOX.c.message["sequence"].as_integer(),
        "content": _OUTBOX.c.message,
        "state": sa.case((_OUTBOX.c.sent_at.is_(None), "draft"), else_="sent otherwise"),
        "created_at": _OUTBOX.c.created_at,
        "ended_at": _OUTBOX.c.sent_at,
        "tries": sa.literal(0),
        "problem": sa.literal(""),
    }
    rows = sa.select(*columns.values()).where(~there.exists())
    op.execute(_MAILS.insert().from_select(list(columns), rows))


def _set_domains() -> None:
    connection = op.get_bind()
    waiting = connection.execute(
        sa.select(_MAILS.c.id, _PEOPLE.c.email)
        .join(_PEOPLE, _PEOPLE.c.id == _MAILS.c.person_id)
        .where(_MAILS.c.state == "waiting")
    ).all()
    for mail_id, address in waiting:
        domain = address.rpartition("@")[2].lower()
        connection.execute(_MAILS.update().where(_MAILS.c.id == mail_id).values(domain=domain))


def _set_retry_times() -> None:
    """Store when the queued retries may run, instead of when they were queued."""
    connection = op.get_bind()
    retried = connection.execute(
        sa.select(_MAILS.c.id, _MAILS.c.queued_at, _MAILS.c.tries).where(
            _MAILS.c.state == "waiting", _MAILS.c.queued_at.is_not(None), _MAILS.c.problem != ""
        )
    ).all()
    for mail_id, queued_at, tries in retried:
        if tries:
            due = queued_at + timedelta(minutes=min(2 ** (tries - 1), _MAX_BACKOFF_MINUTES))
            connection.execute(_MAILS.update().where(_MAILS.c.id == mail_id).values(queued_at=due))


def _drop_outbox() -> None:
    with op.batch_alter_table("outbox") as outbox:
        outbox.drop_index(op.f("ix_outbox_person_id"))
        outbox.drop_index(op.f("ix_outbox_cycle_id"))
    op.drop_table("outbox")


def downgrade() -> None:
    """Downgrade the schema.

    Released emails that have no queued job yet are queued at the next release.
    """
    _create_outbox()
    _fill_outbox()
    with op.batch_alter_table("mails") as mails:
        mails.drop_index("ix_mails_domain")
        mails.drop_constraint("uq_mails_former_id", type_="unique")
        mails.drop_constraint("fk_mails_plan_id_plans", type_="foreignkey")
        mails.add_column(sa.Column("outbox_id", sa.String(20), nullable=True))
        mails.create_unique_constraint("uq_mails_outbox_id", ["outbox_id"])
        mails.create_foreign_key(
            "fk_mails_outbox_id_outbox", "outbox", ["outbox_id"], ["id"], ondelete="CASCADE"
        )
    _separate_released()
    with op.batch_alter_table("mails") as mails:
        for name in ("former_id", "domain", "attempted_at", "released_at", "content", "plan_id"):
            mails.drop_column(name)


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("cycle_id", sa.String(20), nullable=False),
        sa.Column("plan_id", sa.String(20), nullable=False),
        sa.Column("session_id", sa.String(20), nullable=False),
        sa.Column("person_id", sa.String(20), nullable=False),
        sa.Column("side", sa.String(20), nullable=False),
        sa.Column("method", sa.String(10), nullable=False),
        sa.Column("message", sa.JSON(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("id", sa.String(20), nullable=False),
        *(
            sa.ForeignKeyConstraint(
                [f"{name}_id"],
                [f"{table}.id"],
                name=op.f(f"fk_outbox_{name}_id_{table}"),
                ondelete="CASCADE",
            )
            for name, table in (
                ("cycle", "cycles"),
                ("person", "people"),
                ("plan", "plans"),
                ("session", "sessions"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
    )
    with op.batch_alter_table("outbox") as outbox:
        outbox.create_index(op.f("ix_outbox_cycle_id"), ["cycle_id"], unique=False)
        outbox.create_index(op.f("ix_outbox_person_id"), ["person_id"], unique=False)


def _fill_outbox() -> None:
    mails = _MAILS.c
    columns = {
        "id": mails.id,
        "cycle_id": mails.cycle_id,
        "plan_id": mails.plan_id,
        "session_id": mails.session_id,
        "person_id": mails.person_id,
        "side": sa.case((_SESSIONS.c.coachee_id == mails.person_id, "coachee"), else_="coach"),
        "method": mails.content["method"].as_string(),
        "message": mails.content,
        "created_at": mails.created_at,
        "sent_at": sa.case((mails.state.in_(_SENT), mails.ended_at)),
    }
    rows = (
        sa.select(*columns.values())
        .select_from(_MAILS.join(_SESSIONS, _SESSIONS.c.id == mails.session_id))
        .where(_is_invitation)
    )
    op.execute(_OUTBOX.insert().from_select(list(columns), rows))


def _separate_released() -> None:
    """Keep only emails that this server sends or has sent, and restore their ids and states."""
    mails = _MAILS.c
    op.execute(_MAILS.delete().where(mails.released_at.is_(None)))
    op.execute(
        _MAILS.update().values(
            state=sa.case(
                (mails.state == "sending", "waiting"),
                (mails.state.in_(("cancelled", "sent otherwise")), "dropped"),
                else_=mails.state,
            ),
            created_at=mails.released_at,
        )
    )
    op.execute(
        _MAILS.update()
        .where(_is_invitation)
        .values(
            outbox_id=mails.id,
            id=sa.func.coalesce(mails.former_id, mails.id),
            session_id=None,
            occasion=0,
        )
    )
