"""The outbox table: invitations and cancellations to people."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow
from api.participants.rows import Side


class OutboxRow(IdentifiedRow):
    """A message to one person, stored in the transaction of the change that it is about.

    `message` is a `coach.invitations.Message`. `method` is a copy of the message's method, for use
    in queries.
    """

    __tablename__ = "outbox"

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), index=True)
    plan_id: Mapped[str] = mapped_column(ForeignKey("plans.id", ondelete="CASCADE"))
    session_id: Mapped[str] = mapped_column(ForeignKey("sessions.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    side: Mapped[Side] = mapped_column(EnumString(Side))
    method: Mapped[str] = mapped_column(String(10))
    message: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (OutboxRow,)
