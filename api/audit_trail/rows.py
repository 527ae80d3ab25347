"""Tables of the audit trail: the sealed events, and the results of verifications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import ID_LENGTH, IdentifiedRow, TableRow


class AuditRow(TableRow):
    """An event. It contains identifiers, codes and counts, but no names, texts or secrets.

    `seal` is an HMAC of this row and the previous row's seal, so that altered, removed and inserted
    rows are detected.
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
    """The result of a verification of the entire trail; see `VerificationResult`.

    `lost_rows` is the number of rows lost in restores, and `unsealed_rows` is the number of rows in
    other tables whose seal is not valid.
    """

    __tablename__ = "audit_checks"

    at: Mapped[datetime] = mapped_column(index=True)
    rows: Mapped[int]
    head: Mapped[str] = mapped_column(String(64))
    first_broken: Mapped[int | None]
    missing_from: Mapped[int | None]
    lost_rows: Mapped[int] = mapped_column(default=0, server_default="0")
    unsealed_rows: Mapped[int] = mapped_column(default=0, server_default="0")


TABLES: tuple[type[TableRow], ...] = (
    AuditRow,
    AuditCheckRow,
)
