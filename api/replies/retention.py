"""Deletes emails from unknown senders. Emails from participants are erased with the person."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete

from api.replies.rows import IncomingMailRow
from api.services import Services

KEPT = timedelta(days=180)


def delete_old_mails(services: Services) -> None:
    """Delete emails from unknown senders that were received more than `KEPT` ago."""
    with services.database.writing() as tx:
        tx.execute(
            delete(IncomingMailRow).where(
                IncomingMailRow.person_id.is_(None),
                IncomingMailRow.received_at < services.now() - KEPT,
            )
        )
