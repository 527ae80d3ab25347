"""The last restore of the database, as recorded in the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.rows import AuditRow
from api.audit_trail.verification import RESTORED


@dataclass(frozen=True, slots=True)
class Restore:
    """A restore of the database.

    Attributes:
        restored_at: when the database was restored.
        restored_to: the time of the last row in the backup; `None` if its trail has no rows.
    """

    restored_at: datetime
    restored_to: datetime | None


def last_restore(tx: Transaction) -> Restore | None:
    """Return the last restore of the database, or `None` if it was never restored."""
    newest = AuditRow.number.desc()
    restored = tx.execute(
        select(AuditRow.number, AuditRow.at)
        .where(AuditRow.action == RESTORED)
        .order_by(newest)
        .limit(1)
    ).one_or_none()
    if restored is None:
        return None
    earlier = select(AuditRow.at).where(AuditRow.number < restored.number)
    return Restore(restored.at, tx.scalar(earlier.order_by(newest).limit(1)))
