"""The database's clock, which all processes of a deployment share."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction


def database_now(tx: Transaction) -> datetime:
    """Return the database's current time, which for SQLite is the time of this machine."""
    if tx.get_bind().dialect.name == "sqlite":
        text = tx.scalar(select(func.strftime("%Y-%m-%dT%H:%M:%f", "now")))
        return datetime.fromisoformat(str(text)).replace(tzinfo=UTC)
    at: datetime | None = tx.scalar(select(func.clock_timestamp()))
    if at is None:
        raise RuntimeError("the database did not return its time")
    return at.astimezone(UTC)
