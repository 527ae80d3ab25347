"""Answers to instruments. Ratings of sessions become answers to a separate instrument."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from api.database.types import UtcDateTime, new_id

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

_LABELS = ("not useful", "slightly useful", "fairly useful", "useful", "very useful")
_RATING: dict[str, Any] = {
    "code": "session_rating",
    "version": "1",
    "title": {"en": "Rating of a session"},
    "intro": None,
    "moments": [],
    "open_days": 30,
    "licence": {"en": "MIT"},
    "source": {"en": "Asked by earlier versions of this software."},
    "validated": False,
    "items_from": None,
    "scale": {"lowest": 1, "labels": [{"en": label} for label in _LABELS]},
    "twice": None,
    "items": [
        {
            "code": "rating",
            "text": {"en": "How useful was it?"},
            "kind": "scale",
            "group": None,
            "choices": [],
        }
    ],
}
_SHA256 = hashlib.sha256(json.dumps(_RATING, sort_keys=True).encode()).hexdigest()

_FEEDBACK = sa.table(
    "feedback",
    *(sa.column(name) for name in ("session_id", "author_id", "rating", "version")),
    sa.column("submitted_at", UtcDateTime()),
)
_SESSIONS = sa.table(
    "sessions", *(sa.column(name) for name in ("id", "cycle_id", "coachee_id", "coach_id"))
)
_TEXTS = sa.table(
    "instrument_texts",
    *(sa.column(name) for name in ("sha256", "code", "version")),
    sa.column("content", sa.JSON()),
    sa.column("stored_at", UtcDateTime()),
)
_SHEETS = sa.table(
    "answer_sheets",
    *(
        sa.column(name)
        for name in (
            *("id", "cycle_id", "author_id", "coachee_id", "coach_id", "side", "occasion"),
            *("subject_id", "code", "text_sha256", "version"),
        )
    ),
    sa.column("answers", sa.JSON()),
    sa.column("submitted_at", UtcDateTime()),
)


def upgrade() -> None:
    """Upgrade the schema."""
    _create_tables()
    connection = op.get_bind()
    rated = (
        sa.select(_FEEDBACK, _SESSIONS)
        .join(_SESSIONS, _SESSIONS.c.id == _FEEDBACK.c.session_id)
        .where(_FEEDBACK.c.rating.is_not(None))
    )
    sheets = [
        {
            "id": new_id(),
            "cycle_id": row.cycle_id,
            "author_id": row.author_id,
            "coachee_id": row.coachee_id,
            "coach_id": row.coach_id,
            "side": "coachee",
            "occasion": "after_session",
            "subject_id": row.session_id,
            "code": _RATING["code"],
            "text_sha256": _SHA256,
            "answers": {"rating": row.rating},
            "version": row.version,
            "submitted_at": row.submitted_at,
        }
        for row in connection.execute(rated)
    ]
    if sheets:
        text = {
            "sha256": _SHA256,
            "code": _RATING["code"],
            "version": _RATING["version"],
            "content": _RATING,
            "stored_at": datetime.now(UTC),
        }
        connection.execute(sa.insert(_TEXTS), [text])
        connection.execute(sa.insert(_SHEETS), sheets)
    with op.batch_alter_table("feedback") as feedback:
        feedback.drop_column("rating")


def downgrade() -> None:
    """Downgrade the schema. Ratings of sessions are kept; other answers are lost."""
    with op.batch_alter_table("feedback") as feedback:
        feedback.add_column(sa.Column("rating", sa.Integer(), nullable=True))
    connection = op.get_bind()
    rated = sa.select(_SHEETS).where(_SHEETS.c.code == _RATING["code"])
    for row in connection.execute(rated).all():
        connection.execute(
            sa.update(_FEEDBACK)
            .where(_FEEDBACK.c.session_id == row.subject_id)
            .values(rating=row.answers["rating"])
        )
    op.drop_table("answer_sheets")
    op.drop_table("instrument_texts")


def _create_tables() -> None:
    op.create_table(
        "instrument_texts",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("version", sa.String(length=20), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.Column("stored_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_instrument_texts")),
    )
    op.create_table(
        "answer_sheets",
        sa.Column("cycle_id", sa.String(length=20), nullable=False),
        sa.Column("author_id", sa.String(length=20), nullable=False),
        sa.Column("coachee_id", sa.String(length=20), nullable=False),
        sa.Column("coach_id", sa.String(length=20), nullable=False),
        sa.Column("side", sa.String(length=20), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("subject_id", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("text_sha256", sa.String(length=64), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("submitted_at", UtcDateTime(), nullable=False),
        sa.Column("id", sa.String(length=20), nullable=False),
        _reference("cycle_id", "cycles", ondelete="CASCADE"),
        *(
            _reference(column, "people", ondelete="CASCADE")
            for column in ("author_id", "coachee_id", "coach_id")
        ),
        _reference("text_sha256", "instrument_texts", column="sha256"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_answer_sheets")),
        sa.UniqueConstraint(
            *("author_id", "occasion", "subject_id", "code"),
            name=op.f("uq_answer_sheets_author_id_occasion_subject_id_code"),
        ),
    )
    for column in ("cycle_id", "coachee_id", "coach_id", "subject_id", "text_sha256"):
        op.create_index(op.f(f"ix_answer_sheets_{column}"), "answer_sheets", [column])


def _reference(
    name: str, table: str, *, column: str = "id", ondelete: str | None = None
) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name],
        [f"{table}.{column}"],
        name=op.f(f"fk_answer_sheets_{name}_{table}"),
        ondelete=ondelete,
    )
