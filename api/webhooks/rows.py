"""The table of webhooks."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from api.crypto.row_seal import SealedRow
from api.database.types import IdentifiedRow, TableRow

MAX_URL_LENGTH = 500
MAX_PROBLEM_LENGTH = 40


class WebhookRow(SealedRow, IdentifiedRow):
    """An address that is notified of events. Its secret is derived, not stored.

    Attributes:
        url: the `https` address.
        events: the types of events, separated by spaces.
        secret_version: the version of the secret that signs messages.
        earlier_secret_until: the time until which messages are also signed with the previous
            secret.
        delivered: the number of the last event in the audit trail that was delivered or skipped.
        failures: the number of consecutive failed attempts.
        failing_since: when the first of these attempts took place.
        next_attempt_at: when the next attempt may take place.
        last_success_at: when the last message was delivered.
        problem: why the last attempt failed; a `Problem`, or empty.
        stopped_at: when deliveries ended, because attempts failed for too long or the receiver
            wanted no more messages.
    """

    __tablename__ = "webhooks"
    SEALED_COLUMNS = (
        *("id", "url", "events", "secret_version", "earlier_secret_until", "created_at"),
    )

    url: Mapped[str] = mapped_column(String(MAX_URL_LENGTH))
    events: Mapped[str] = mapped_column(String(400))
    secret_version: Mapped[int] = mapped_column(default=1)
    earlier_secret_until: Mapped[datetime | None]
    created_at: Mapped[datetime]
    delivered: Mapped[int]
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None]
    next_attempt_at: Mapped[datetime | None]
    last_success_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(MAX_PROBLEM_LENGTH), default="")
    stopped_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (WebhookRow,)
