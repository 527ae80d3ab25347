"""Tables for people's one-time codes, verified devices, PINs and passkeys."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from api.accounts.rows import PasskeyColumns
from api.crypto.row_seal import SealedRow
from api.database.types import EnumString, IdentifiedRow, TableRow
from api.http.principal import Verification


class OneTimeCodeRow(SealedRow, IdentifiedRow):
    """A one-time code without its digits, which are derived from `id` and the key file.

    Attributes:
        purpose: the action that the code permits; see `CodePurpose`.
        detail: data that is needed when the code is used, such as the new address.
        tries: the number of wrong attempts.
    """

    __tablename__ = "one_time_codes"
    SEALED_COLUMNS = (
        *("id", "person_id", "purpose", "detail", "created_at", "expires_at", "tries", "used_at"),
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    detail: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(default=0)
    used_at: Mapped[datetime | None]


class VerifiedDeviceRow(SealedRow, IdentifiedRow):
    """A browser or program in which a person has been verified.

    Attributes:
        secret_sha256: the hash of the secret that the device presents.
        verification: the method by which the person was verified.
        name: the browser and system that the device reported, or empty.
        remembered: whether the browser keeps the secret when it is closed.
        last_used_at: when the device last sent a request, with five-minute precision.
    """

    __tablename__ = "verified_devices"
    SEALED_COLUMNS = (
        *("id", "person_id", "secret_sha256", "verification", "created_at", "expires_at"),
        "revoked_at",
    )

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    verification: Mapped[Verification] = mapped_column(EnumString(Verification))
    name: Mapped[str] = mapped_column(String(100))
    remembered: Mapped[bool]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class PinRow(SealedRow, IdentifiedRow):
    """A person's PIN.

    Attributes:
        pin_hash: the argon2id hash of the PIN.
        failures: the number of consecutive wrong attempts, which determines `locked_until`.
    """

    __tablename__ = "person_pins"
    SEALED_COLUMNS = ("id", "person_id", "pin_hash", "set_at")

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), unique=True)
    pin_hash: Mapped[str] = mapped_column(String(200))
    set_at: Mapped[datetime]
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]


class PersonPasskeyRow(PasskeyColumns):
    """A coach's or coachee's passkey."""

    __tablename__ = "person_passkeys"
    SEALED_COLUMNS = ("id", "person_id", "credential_id", "public_key", "created_at")

    person_id: Mapped[str] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"), index=True)


TABLES: tuple[type[TableRow], ...] = (
    OneTimeCodeRow,
    VerifiedDeviceRow,
    PinRow,
    PersonPasskeyRow,
)
