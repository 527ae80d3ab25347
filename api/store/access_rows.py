"""Who may come in: users of the office, and every secret that opens something, hashed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from api.store.columns import Identified, Word


class CredentialKind(StrEnum):
    """What a secret opens, and how it is used."""

    SIGN_IN = "sign_in"  # one-time address of a user
    COOKIE = "cookie"  # a user's signed-in browser
    TOKEN = "token"  # noqa: S105 - a kind, no secret: a user's bearer token for programs
    LINK = "link"  # one person's own sessions
    NOTES = "notes"  # a coach's notes, on one device


class UserRow(Identified):
    """Somebody of the programme office, or an auditor.

    Attributes:
        password_hash: argon2id; `None` until one is set.
        totp_sealed: the second factor's secret under the master key; `totp_step` is the last time
            step used, so that a code works once.
        failures: wrong passwords or codes in a row; `locked_until` follows from them.
    """

    __tablename__ = "users"

    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]


class CredentialRow(Identified):
    """A secret, as its SHA-256, and whose it is: a user's or a person's, never both."""

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (person_id IS NULL)", name="one_owner"),
    )

    kind: Mapped[CredentialKind] = mapped_column(Word(CredentialKind))
    secret_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str | None] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), index=True
    )
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("people.id", ondelete="CASCADE"), index=True
    )
    label: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
