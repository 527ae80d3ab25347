"""The audit trail: who did what to which object when, each row sealed to the one before it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import ID_LENGTH, IdentifiedRow, TableRow


class AuditRow(TableRow):
    """One act. Identifiers, words and counts only: no names, no texts, no secrets.

    `seal` is an HMAC over this row and the seal of the row before it, so that a row altered, taken
    out or put in is noticed.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_object", "object_kind", "object_id"),
        Index("ix_audit_actor_id", "actor_id"),
        Index("ix_audit_action", "action", "number"),
        Index("ix_audit_at", "at"),
    )

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    role: Mapped[str] = mapped_column(String(10))
    actor_id: Mapped[str | None] = mapped_column(String(ID_LENGTH))
    action: Mapped[str] = mapped_column(String(40))
    object_kind: Mapped[str] = mapped_column(String(20))
    object_id: Mapped[str] = mapped_column(String(ID_LENGTH))
    detail: Mapped[dict[str, Any]]
    seal: Mapped[str] = mapped_column(String(64))


class AuditCheckRow(IdentifiedRow):
    """One time that the whole trail was verified, and what was found."""

    __tablename__ = "audit_checks"

    at: Mapped[datetime] = mapped_column(index=True)
    rows: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    first_broken: Mapped[int | None]


TABLES: tuple[type[TableRow], ...] = (
    AuditRow,
    AuditCheckRow,
)
