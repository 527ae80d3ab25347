"""Users of the office: adding them, their password and second factor, and signing in by both."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field
from sqlalchemy import select, update
from sqlalchemy.orm import Session as Transaction

from api.confidential.keyring import Keyring
from api.confidential.passwords import totp_step_of, weakness
from api.confidential.sealing import seal, unseal, wrapping_key
from api.store.access_rows import CredentialKind, CredentialRow, UserRow
from api.workflows.audit import note_act
from api.workflows.credentials import Issued, issue_cookie
from api.workflows.values import View
from api.workflows.viewer import AccessRole, Viewer
from coach.errors import ConflictError, InputFault, NotFoundError, UnusableInputError
from coach.feedback import OneLine

_FREE_TRIES = 5
_LONGEST_LOCK = timedelta(hours=1)
_VERSION_BYTES = 2


class SignInForm(View):
    """What somebody types to sign in."""

    name: Annotated[str, Field(max_length=200), OneLine]
    password: Annotated[str, Field(max_length=1000)]
    code: Annotated[str, Field(max_length=20)]


class AccountForm(View):
    """A new password, a second factor's secret, and a code that shows the app has it."""

    password: Annotated[str, Field(max_length=1000)]
    totp_secret: Annotated[str, Field(pattern=r"^[A-Z2-7]{32}$")]
    code: Annotated[str, Field(max_length=20)]


class UserView(View):
    """A user, and whether they have set a password."""

    id: str
    name: str
    role: AccessRole
    has_password: bool
    disabled_at: datetime | None


def add_user(tx: Transaction, name: str, role: AccessRole, *, now: datetime) -> str:
    """Add a user of the office.

    Raises:
        ConflictError: the name is taken.
    """
    if tx.scalar(select(UserRow.id).where(UserRow.name == name)) is not None:
        raise ConflictError(f"there is a user called {name} already")
    row = UserRow(name=name, role=role.value, created_at=now)
    tx.add(row)
    tx.flush()
    note_act(tx, "user added", "user", row.id, role=role.value)
    return row.id


def user_called(tx: Transaction, name: str) -> UserView:
    """The user called `name`.

    Raises:
        NotFoundError: there is none.
    """
    row = tx.scalar(select(UserRow).where(UserRow.name == name))
    if row is None:
        raise NotFoundError(f"there is no user called {name}; see `gender-coach user list`")
    return _view(row)


def user_of(tx: Transaction, viewer: Viewer) -> UserView:
    """The user who is asking."""
    return _view(tx.get_one(UserRow, viewer.user_id))


def list_users(tx: Transaction) -> tuple[UserView, ...]:
    """Every user, by name."""
    return tuple(_view(row) for row in tx.scalars(select(UserRow).order_by(UserRow.name)))


def anybody_has_password(tx: Transaction) -> bool:
    """Whether some user signs in by password already."""
    found = select(UserRow.id).where(
        UserRow.password_hash.is_not(None), UserRow.disabled_at.is_(None)
    )
    return tx.scalar(found.limit(1)) is not None


def disable_user(tx: Transaction, name: str, *, now: datetime) -> None:
    """Let a user in no more, and end everything they are signed in with.

    Raises:
        NotFoundError: there is none.
    """
    user_id = user_called(tx, name).id
    tx.get_one(UserRow, user_id).disabled_at = now
    _end(tx, user_id, CredentialKind, now)
    note_act(tx, "user disabled", "user", user_id)


def set_up_account(
    tx: Transaction,
    keyring: Keyring,
    viewer: Viewer,
    form: AccountForm,
    password_hash: str,
    *,
    now: datetime,
) -> None:
    """Give the user who asks a password and a second factor; other browsers are signed out.

    Raises:
        UnusableInputError: the code is not of that secret.
    """
    row = tx.get_one(UserRow, viewer.user_id)
    step = totp_step_of(form.totp_secret, form.code, now, after=0)
    if step is None:
        raise UnusableInputError([_fault("code", "the code is not right; type the one shown now")])
    row.password_hash, row.totp_step = password_hash, step
    row.totp_sealed = seal_totp(keyring, row.id, form.totp_secret)
    row.failures, row.locked_until = 0, None
    browsers = (CredentialKind.COOKIE, CredentialKind.SIGN_IN)
    _end(tx, row.id, browsers, now, but=viewer.credential_id)
    note_act(tx, "password and second factor set", "user", row.id)


def refuse_weak(password: str, name: str) -> None:
    """Refuse a password that is easily guessed.

    Raises:
        UnusableInputError: says why, and what to do.
    """
    why = weakness(password, [name])
    if why is not None:
        raise UnusableInputError([_fault("password", why)])


def password_of(tx: Transaction, name: str) -> str | None:
    """The hash to hold a typed password against, before the next transaction begins."""
    return tx.scalar(
        select(UserRow.password_hash).where(UserRow.name == name, UserRow.disabled_at.is_(None))
    )


def finish_sign_in(
    tx: Transaction,
    keyring: Keyring,
    form: SignInForm,
    *,
    password_fits: bool,
    now: datetime,
    lasting: timedelta,
) -> Issued | None:
    """A cookie for who typed the right password and code; `None`, and counted, where not.

    After five wrong tries in a row each further one locks the account for twice as long.
    """
    row = tx.scalar(select(UserRow).where(UserRow.name == form.name, UserRow.disabled_at.is_(None)))
    if row is None or row.totp_sealed is None:
        return None
    if row.locked_until is not None and row.locked_until > now:
        return None
    secret = unseal_totp(keyring, row)
    step = totp_step_of(secret, form.code, now, after=row.totp_step)
    if step is None or not password_fits:
        row.failures += 1
        row.locked_until = now + _lock(row.failures) if row.failures >= _FREE_TRIES else None
        note_act(tx, "sign-in failed", "user", row.id, failures=row.failures)
        return None
    row.failures, row.locked_until, row.totp_step = 0, None, step
    user = Viewer(AccessRole(row.role), user_id=row.id)
    note_act(tx, "user signed in", "user", row.id, by=user)
    return issue_cookie(tx, row.id, now=now, lasting=lasting)


def seal_totp(keyring: Keyring, user_id: str, secret: str) -> bytes:
    """A second factor's secret under the newest master key, whose version stands before it."""
    version = keyring.master_version
    sealed = seal(keyring.master[version], secret.encode(), "users", user_id, version)
    return version.to_bytes(_VERSION_BYTES) + sealed


def unseal_totp(keyring: Keyring, row: UserRow) -> str:
    """The secret of a user's second factor."""
    stored = row.totp_sealed or b""
    version = int.from_bytes(stored[:_VERSION_BYTES])
    key = wrapping_key(keyring.master, version)
    return unseal(key, stored[_VERSION_BYTES:], "users", row.id, version).decode()


def _lock(failures: int) -> timedelta:
    doublings = min(failures - _FREE_TRIES, 10)
    return min(timedelta(seconds=30 << doublings), _LONGEST_LOCK)


def _end(
    tx: Transaction,
    user_id: str,
    kinds: Iterable[CredentialKind],
    now: datetime,
    *,
    but: str | None = None,
) -> None:
    tx.execute(
        update(CredentialRow)
        .where(
            CredentialRow.user_id == user_id,
            CredentialRow.kind.in_(list(kinds)),
            CredentialRow.id != (but or ""),
            CredentialRow.revoked_at.is_(None),
        )
        .values(revoked_at=now)
    )


def _fault(field: str, message: str) -> InputFault:
    return InputFault("form", 1, field, message)


def _view(row: UserRow) -> UserView:
    return UserView(
        id=row.id,
        name=row.name,
        role=AccessRole(row.role),
        has_password=row.password_hash is not None,
        disabled_at=row.disabled_at,
    )
