"""Office users: adding, finding and disabling them, and linking them to provider accounts."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints, ValidationError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.accounts import facts
from api.accounts.access import Access, access_of, store_access
from api.accounts.browser_sessions import end_browser_sessions, end_tokens_and_feeds
from api.accounts.credentials import revoke_credentials
from api.accounts.oidc.identity import Identity
from api.accounts.rows import CredentialKind, UserRow
from api.audit_trail.log import record_event
from api.crypto.row_seal import sealed_or_none
from api.database.types import ID_LENGTH
from api.http.principal import AccessRole, Principal
from api.organisation import MailAddress
from api.values import FrozenModel
from coach.errors import (
    ConflictError,
    InputFault,
    NotFoundError,
    UnusableInputError,
)
from coach.feedback import SingleLineText
from coach.validation_errors import validation_fact


class ProviderLink(FrozenModel):
    """An account at the identity provider, identified by its subject or its email address."""

    issuer: Annotated[str, Field(max_length=300)]
    subject: (
        Annotated[str, StringConstraints(min_length=1, max_length=255), SingleLineText] | None
    ) = None
    mail: Annotated[MailAddress, Field(max_length=320)] | None = None


class NewUser(FrozenModel):
    """A user to add."""

    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), SingleLineText
    ]
    role: AccessRole


class UserView(FrozenModel):
    """A user, and how they sign in."""

    id: str
    name: str
    role: AccessRole
    access: Access
    has_password: bool
    has_second_factor: bool
    linked: bool
    disabled_at: datetime | None


def parse_user(name: str, role: AccessRole) -> NewUser:
    """Validate a user to add.

    Raises:
        UnusableInputError: the name is empty, too long, or contains invisible characters.
    """
    try:
        return NewUser(name=name, role=role)
    except ValidationError as error:
        raise UnusableInputError(_faults(error)) from None


def parse_link(issuer: str, subject: str | None, mail: str | None) -> ProviderLink:
    """Validate an account at the identity provider.

    Raises:
        UnusableInputError: the identifier or address is malformed.
    """
    try:
        return ProviderLink(issuer=issuer, subject=subject, mail=mail)
    except ValidationError as error:
        raise UnusableInputError(_faults(error)) from None


def add_user(
    tx: Transaction, name: str, role: AccessRole, *, now: datetime, access: Access | None = None
) -> str:
    """Add a user, and return their id. `access`, if given, takes precedence over `role`.

    Raises:
        UnusableInputError: the name is invalid.
        ConflictError: the name is taken.
    """
    new = parse_user(name, role)
    if tx.scalar(select(UserRow.id).where(UserRow.name == new.name)) is not None:
        raise ConflictError(facts.NAME_TAKEN(name=new.name))
    row = UserRow(name=new.name, role=new.role.value, created_at=now)
    if access is not None:
        store_access(row, access)
    tx.add(row)
    tx.flush()
    record_event(tx, "user added", "user", row.id, role=access_of(row).role.value)
    return row.id


def link_user(tx: Transaction, user_id: str, link: ProviderLink) -> None:
    """Link a user to an account at the identity provider, replacing an earlier link.

    Raises:
        ConflictError: another user is linked to that account or address.
    """
    row = tx.get_one(UserRow, user_id)
    if link.subject is not None:
        duplicate = select(UserRow.id).where(
            UserRow.issuer == link.issuer, UserRow.subject == link.subject, UserRow.id != user_id
        )
        if tx.scalar(duplicate) is not None:
            raise ConflictError(facts.ACCOUNT_TAKEN())
        row.issuer, row.subject, row.expected_mail = link.issuer, link.subject, None
    elif link.mail is not None:
        mail = link.mail.lower()
        duplicate = select(UserRow.id).where(UserRow.expected_mail == mail, UserRow.id != user_id)
        if tx.scalar(duplicate) is not None:
            raise ConflictError(facts.ADDRESS_TAKEN())
        row.issuer, row.subject, row.expected_mail = None, None, mail
    how = "mail" if link.subject is None else "subject"
    record_event(tx, "user linked", "user", user_id, how=how)


def unlink_user(tx: Transaction, user_id: str) -> None:
    """Unlink a user's provider account, and clear the email address for automatic linking."""
    row = tx.get_one(UserRow, user_id)
    row.issuer = row.subject = row.expected_mail = None
    record_event(tx, "user unlinked", "user", user_id)


def user_for_identity(tx: Transaction, identity: Identity, *, link_by_mail: bool) -> UserRow | None:
    """Return the active user linked to an account at the provider, or `None` if there is none.

    With `link_by_mail`, an unlinked account is linked to the user whose `expected_mail` is its
    verified email address. Later sign-ins are matched by subject identifier, not by address.
    """
    row = tx.scalar(
        select(UserRow).where(
            UserRow.issuer == identity.issuer, UserRow.subject == identity.subject
        )
    )
    if row is None and link_by_mail and identity.mail is not None:
        row = tx.scalar(select(UserRow).where(UserRow.expected_mail == identity.mail.lower()))
        row = sealed_or_none(tx, row)
        if row is not None and row.disabled_at is None:
            link_user(tx, row.id, ProviderLink(issuer=identity.issuer, subject=identity.subject))
    row = sealed_or_none(tx, row)
    return None if row is None or row.disabled_at is not None else row


def user_by_name(tx: Transaction, name: str) -> UserView:
    """Return the user called `name`.

    Raises:
        NotFoundError: there is no such user.
    """
    row = tx.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        raise NotFoundError(facts.NO_SUCH_USER(name=name))
    return _view(row)


def user_by_id(tx: Transaction, user_id: str) -> UserView:
    """Return a user.

    Raises:
        NotFoundError: there is no such user.
    """
    row = tx.get(UserRow, user_id)
    if row is None:
        raise NotFoundError(facts.NO_SUCH_ACTIVE_USER())
    return _view(row)


def active_user_row(tx: Transaction, user_id: str) -> UserRow:
    """Return the row of a user who is not disabled.

    Raises:
        NotFoundError: there is no such user, or they are disabled.
    """
    row = tx.get(UserRow, user_id) if len(user_id) == ID_LENGTH else None
    if row is None or row.disabled_at is not None:
        raise NotFoundError(facts.NO_SUCH_ACTIVE_USER())
    return row


def current_user(tx: Transaction, principal: Principal) -> UserView:
    """Return the user who sent the request."""
    return _view(tx.get_one(UserRow, principal.user_id))


def list_users(tx: Transaction) -> tuple[UserView, ...]:
    """Return all users, ordered by name."""
    return tuple(_view(row) for row in tx.scalars(select(UserRow).order_by(UserRow.name)))


def any_user_can_sign_in(tx: Transaction) -> bool:
    """Return whether at least one user can sign in, with a password or a linked account."""
    found = select(UserRow.id).where(
        or_(UserRow.password_hash.is_not(None), UserRow.subject.is_not(None)),
        UserRow.disabled_at.is_(None),
    )
    return tx.scalar(found.limit(1)) is not None


def sign_out_everywhere(tx: Transaction, user_id: str, *, now: datetime) -> None:
    """Sign a user out of all browsers, and revoke their tokens, feed and unused sign-in secrets."""
    end_browser_sessions(tx, user_id, now)
    end_tokens_and_feeds(tx, user_id, now)
    record_event(tx, "user signed out everywhere", "user", user_id)


def disable_user(tx: Transaction, name: str, *, now: datetime) -> None:
    """Disable a user and revoke all their credentials.

    Raises:
        NotFoundError: there is no such user.
    """
    user_id = user_by_name(tx, name).id
    tx.get_one(UserRow, user_id).disabled_at = now
    revoke_credentials(tx, user_id, CredentialKind, now)
    record_event(tx, "user disabled", "user", user_id)


def _view(row: UserRow) -> UserView:
    return UserView(
        id=row.id,
        name=row.name,
        role=AccessRole(row.role),
        access=access_of(row),
        has_password=row.password_hash is not None,
        has_second_factor=row.totp_sealed is not None,
        linked=row.subject is not None,
        disabled_at=row.disabled_at,
    )


def _faults(error: ValidationError) -> list[InputFault]:
    return [
        InputFault("user", 1, str(one["loc"][0]), validation_fact(one)) for one in error.errors()
    ]


def ensure_manager(tx: Transaction, name: str, *, now: datetime) -> str:
    """Return the id of the user called `name`, adding them as a manager if they do not exist."""
    return ensure_user(tx, name, AccessRole.MANAGER, now=now)


def ensure_user(tx: Transaction, name: str, role: AccessRole, *, now: datetime) -> str:
    """Return the id of the user called `name`, adding them with `role` if they do not exist."""
    row = tx.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        row = UserRow(name=name, role=role.value, created_at=now)
        tx.add(row)
        tx.flush()
        record_event(tx, "user added", "user", row.id, role=row.role)
    return row.id
