"""Who may come in: users of the office, and every secret that opens something, hashed."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.database.types import EnumString, IdentifiedRow, TableRow


class CredentialKind(StrEnum):
    """What a secret opens, and how it is used."""

    SIGN_IN = "sign_in"  # one-time address of a user
    BROWSER_SESSION = "cookie"  # a user's signed-in browser
    TOKEN = "token"  # noqa: S105 - a kind, no secret: a user's bearer token for programs
    LINK = "link"  # one person's own sessions
    NOTES = "notes"  # a coach's notes, on one device
    PENDING_SECOND_FACTOR = (
        "half"  # a user's browser after the first of two factors; opens nothing else
    )


class UserRow(IdentifiedRow):
    """Somebody of the programme office, or an auditor.

    Attributes:
        password_hash: argon2id; `None` until one is set.
        totp_sealed: the second factor's secret under the master key; `totp_step` is the last time
            step used, so that a code works once.
        subject: what the identity provider `issuer` calls this user; both `None` until linked.
        expected_mail: the address under which the provider is expected to know them, to link by.
        failures: wrong passwords or codes in a row; `locked_until` follows from them.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    issuer: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(255))
    expected_mail: Mapped[str | None] = mapped_column(String(320), unique=True)


class PasskeyRow(IdentifiedRow):
    """A user's passkey: the public half of a key whose private half never leaves their device.

    `credential_id` is what the device calls it, in base64url; `sign_count` grows where the device
    counts, and a step back tells of a copy.
    """

    __tablename__ = "passkeys"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class RecoveryCodeRow(IdentifiedRow):
    """A code that stands in for a second factor once, as its SHA-256."""

    __tablename__ = "recovery_codes"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class SignInFlowKind(StrEnum):
    """What a browser has begun and comes back to finish."""

    OIDC_SIGN_IN = "provider sign-in"
    OIDC_LINK = "provider link"
    OIDC_STEP_UP = "provider confirm"
    PASSKEY_SIGN_IN = "passkey sign-in"
    PASSKEY_ADD = "passkey add"


class SignInFlowRow(TableRow):
    """A sign-in with a provider or a passkey that a browser has begun; gone once it is finished.

    Only the SHA-256 of the browser's secret is here. What is sent to the provider or the device
    (state, nonce, challenge) follows from that secret, so it is nowhere in the database.
    """

    __tablename__ = "ceremonies"

    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[SignInFlowKind] = mapped_column(EnumString(SignInFlowKind))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    go_on_to: Mapped[str] = mapped_column(String(300))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CredentialRow(IdentifiedRow):
    """A secret, as its SHA-256, and whose it is: a user's or a person's, never both.

    `confirmed_at` is when a signed-in browser last showed its user's second factor.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (person_id IS NULL)", name="one_owner"),
    )

    kind: Mapped[CredentialKind] = mapped_column(EnumString(CredentialKind))
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
    confirmed_at: Mapped[datetime | None]


TABLES: tuple[type[TableRow], ...] = (
    UserRow,
    PasskeyRow,
    RecoveryCodeRow,
    SignInFlowRow,
    CredentialRow,
)
