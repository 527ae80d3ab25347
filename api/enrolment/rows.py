"""The tables of open calls, of codes that confirm addresses, and of applications."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from api.crypto.row_seal import SealedRow
from api.database.types import EnumString, IdentifiedRow, TableRow
from api.participants.rows import Side


class CallRow(SealedRow, IdentifiedRow):
    """An open call for a cycle. Closing the call deletes the row, and with it the link.

    `side` is the side that people can apply for; `None` means both. The secret of the link is
    derived from `id` and the key file; `secret_sha256` is its hash.
    """

    __tablename__ = "enrolment_calls"
    SEALED_COLUMNS = ("id", "cycle_id", "side", "secret_sha256", "created_at", "closes_at")

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"), unique=True)
    side: Mapped[Side | None] = mapped_column(EnumString(Side))
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    closes_at: Mapped[datetime]


class AddressCodeRow(SealedRow, IdentifiedRow):
    """A code sent to an address that was entered on the page of a call.

    Only a keyed digest of the address is stored. The digits are derived from `id`.
    """

    __tablename__ = "address_codes"
    SEALED_COLUMNS = (
        *("id", "call_id", "address_digest", "created_at", "expires_at", "tries", "confirmed_at"),
    )

    call_id: Mapped[str] = mapped_column(
        ForeignKey("enrolment_calls.id", ondelete="CASCADE"), index=True
    )
    address_digest: Mapped[str] = mapped_column(String(64), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None]


class ApplicationRow(IdentifiedRow):
    """An application from a confirmed address, until the office decides on it.

    `cells` contains its values as text, keyed by the lists' column names.
    """

    __tablename__ = "applications"
    __table_args__ = (UniqueConstraint("cycle_id", "side", "email"),)

    cycle_id: Mapped[str] = mapped_column(ForeignKey("cycles.id", ondelete="CASCADE"))
    side: Mapped[Side] = mapped_column(EnumString(Side))
    name: Mapped[str] = mapped_column(String(400))
    email: Mapped[str] = mapped_column(String(400))
    cells: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]


TABLES: tuple[type[TableRow], ...] = (CallRow, AddressCodeRow, ApplicationRow)
