"""Tables of users, passkeys, recovery codes, sign-in flows and credentials."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column

from api.crypto.row_seal import SealedRow
from api.database.types import EnumString, IdentifiedRow, TableRow


class CredentialKind(StrEnum):
    """The kind of a credential, which determines what it grants and how it is presented."""

    SIGN_IN = "sign_in"  # a user's sign-in link
    BROWSER_SESSION = "cookie"  # a user's signed-in browser
    TOKEN = "token"  # noqa: S105 - a kind, not a secret: a user's bearer token for a program
    LINK = "link"  # a coach's or coachee's secret link
    NOTES = "notes"  # access to a coach's notes on one device
    AIDE = "aide"  # the link of an aide, who answers for a coachee
    FOLLOW_UP = "follow_up"  # a person's link after the cycle, which opens follow-ups only
    POST = "post"  # the link of a post that a commitment was handed over to
    FEED = "feed"  # a calendar feed of a person or manager; grants nothing else
    PENDING_SECOND_FACTOR = "half"  # a browser after the first of two factors; grants no access


class UserRow(SealedRow, IdentifiedRow):
    """A manager or an auditor.

    Attributes:
        password_hash: argon2id; `None` until a password is set.
        totp_sealed: the second factor's secret, encrypted with the master key.
        totp_step: the time step of the last accepted code, so that each code works only once;
            `None` if no code has been accepted yet.
        subject: the user's identifier at the identity provider `issuer`; both are `None` until the
            account is linked.
        expected_mail: the verified email address by which the account will be linked.
        limits: the limits of a manager who is not an administrator, as JSON; see
            `api.accounts.access`.
        failures: number of consecutive failed attempts, which determines `locked_until`.
    """

    __tablename__ = "users"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)
    SEALED_COLUMNS = (
        *("id", "name", "role", "created_at", "disabled_at", "password_hash", "totp_sealed"),
        *("issuer", "subject", "expected_mail", "totp_step", "limits"),
    )

    name: Mapped[str] = mapped_column(String(200), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]
    password_hash: Mapped[str | None] = mapped_column(String(200))
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int | None] = mapped_column(BigInteger)
    failures: Mapped[int] = mapped_column(default=0, server_default="0")
    locked_until: Mapped[datetime | None]
    issuer: Mapped[str | None] = mapped_column(String(300))
    subject: Mapped[str | None] = mapped_column(String(255))
    expected_mail: Mapped[str | None] = mapped_column(String(320), unique=True)
    limits: Mapped[str | None] = mapped_column(Text)


class PasskeyColumns(SealedRow, IdentifiedRow):
    """The columns of a passkey. Only its public key is stored; its private key stays on the device.

    `credential_id` is the identifier assigned by the device, in base64url. If the device counts
    signatures, `sign_count` is the last count; a lower count indicates a copied key.
    """

    __abstract__ = True

    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(100))
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class PasskeyRow(PasskeyColumns):
    """A user's passkey."""

    __tablename__ = "passkeys"
    SEALED_COLUMNS = ("id", "user_id", "credential_id", "public_key", "created_at")

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)


class RecoveryCodeRow(SealedRow, IdentifiedRow):
    """A single-use code that replaces a second factor, stored as its SHA-256."""

    __tablename__ = "recovery_codes"
    SEALED_COLUMNS = ("id", "user_id", "code_sha256", "used_at")

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code_sha256: Mapped[str] = mapped_column(String(64), unique=True)
    used_at: Mapped[datetime | None]


class SignInFlowKind(StrEnum):
    """The purpose of a flow: a step at a provider or with a passkey, or a confirmed change."""

    OIDC_SIGN_IN = "provider sign-in"
    OIDC_LINK = "provider link"
    OIDC_STEP_UP = "provider confirm"
    OIDC_CHANGE = "provider change"
    PASSKEY_SIGN_IN = "passkey sign-in"
    PASSKEY_ADD = "passkey add"
    PASSKEY_CHANGE = "passkey change"
    CHANGE = "change"  # a confirmed change; see `change_confirmation`
    RECOVERY_CHANGE = "recovery change"  # the same, confirmed with a recovery code
    PERSON_PASSKEY_USE = "person passkey use"
    PERSON_PASSKEY_ADD = "person passkey add"


class SignInFlowRow(SealedRow, TableRow):
    """A flow at a provider or with a passkey, or a confirmed change, which is deleted once used.

    Only the SHA-256 of the browser's secret is stored. The values that are sent to the provider or
    the device (state, nonce, challenge) are derived from that secret and never stored.
    """

    __tablename__ = "ceremonies"
    SEALED_COLUMNS = ("secret_sha256", "kind", "user_id", "go_on_to", "expires_at")

    secret_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[SignInFlowKind] = mapped_column(EnumString(SignInFlowKind))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    go_on_to: Mapped[str] = mapped_column(String(300))
    expires_at: Mapped[datetime] = mapped_column(index=True)


class FailedSignInRow(TableRow):
    """The number of recent failed password sign-ins counted in one budget.

    Attributes:
        key: an HMAC of the budget and the network, name or device to which it applies.
        failures: the number of failed attempts, including attempts in progress.
        expires_at: when the attempts no longer count and the row can be deleted.
    """

    __tablename__ = "failed_sign_ins"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    failures: Mapped[int]
    expires_at: Mapped[datetime] = mapped_column(index=True)


class CredentialRow(SealedRow, IdentifiedRow):
    """A secret of a user or a person, stored as its SHA-256.

    `confirmed_at` is when the user last authenticated with all factors that they have, or `None` if
    they never did. `factor` is `provider` if a browser session or token is based on the identity
    provider's second factor, and `earlier` in tokens from before second factors were required.
    `scopes` contains a token's scopes, separated by spaces; see `TokenScope`.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (person_id IS NULL)", name="one_owner"),
    )
    SEALED_COLUMNS = (
        *("id", "kind", "secret_sha256", "user_id", "person_id", "label", "created_at"),
        *("expires_at", "revoked_at", "confirmed_at", "factor", "scopes"),
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
    factor: Mapped[str | None] = mapped_column(String(20))
    scopes: Mapped[str | None] = mapped_column(String(60))


TABLES: tuple[type[TableRow], ...] = (
    UserRow,
    PasskeyRow,
    RecoveryCodeRow,
    SignInFlowRow,
    FailedSignInRow,
    CredentialRow,
)
