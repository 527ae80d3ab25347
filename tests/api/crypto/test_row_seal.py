from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, update

from api.accounts.rows import (
    CredentialKind,
    CredentialRow,
    PasskeyRow,
    RecoveryCodeRow,
    SignInFlowKind,
    SignInFlowRow,
    UserRow,
)
from api.crypto.row_seal import (
    SealedRow,
    find_unsealed_rows,
    is_sealed,
    seal_existing_rows,
    sealed_tables,
)
from api.database.engine import Database

if TYPE_CHECKING:
    from conftest import World

NOW = datetime(2026, 12, 1, 9, 0, 0, 123456, tzinfo=UTC)
USER = "0123456789abcdef0123"
OTHER_USER = "1123456789abcdef0123"
HASH = "hash"


def _user(user_id: str, name: str) -> UserRow:
    return UserRow(id=user_id, name=name, role="manager", created_at=NOW)


def _rows() -> list[SealedRow]:
    """Return one row of each accounts table, with a value in every sealed column."""
    return [
        UserRow(
            id=USER,
            name="Anna",
            role="auditor",
            created_at=NOW,
            disabled_at=NOW,
            password_hash=HASH,
            totp_sealed=b"sealed",
            issuer="https://login.example.org",
            subject="anna",
            expected_mail="anna@example.org",
            totp_step=59_000_000,
        ),
        PasskeyRow(
            id="passkey",
            user_id=USER,
            credential_id="credential",
            public_key=b"key",
            sign_count=1,
            name="Phone",
            created_at=NOW,
        ),
        RecoveryCodeRow(id="code", user_id=USER, code_sha256="a" * 64, used_at=NOW),
        SignInFlowRow(
            secret_sha256="b" * 64,
            kind=SignInFlowKind.PASSKEY_ADD,
            user_id=USER,
            go_on_to="/",
            expires_at=NOW,
        ),
        CredentialRow(
            id="credential",
            kind=CredentialKind.TOKEN,
            secret_sha256="c" * 64,
            user_id=USER,
            label="1",
            created_at=NOW,
            expires_at=NOW,
            revoked_at=NOW,
            confirmed_at=NOW,
        ),
    ]


COLUMNS = [
    (type(row), column)
    for row in _rows()
    for column in row.SEALED_COLUMNS
    if column != "person_id"  # a credential has either a user or a person
]


@pytest.fixture
def stored(world: World) -> World:
    with world.database.writing() as tx:
        user, *others = _rows()
        tx.add_all([_user(OTHER_USER, "Berta"), user])
        tx.flush()
        tx.add_all(others)
    return world


def _altered(value: object) -> object:
    if isinstance(value, datetime):
        return value + timedelta(microseconds=1)
    if isinstance(value, CredentialKind):
        return CredentialKind.BROWSER_SESSION
    if isinstance(value, SignInFlowKind):
        return SignInFlowKind.PASSKEY_SIGN_IN
    if isinstance(value, bytes):
        return value + b"x"
    if isinstance(value, int):
        return value - 1
    return f"{str(value)[:-1]}z"


def _by_hand(world: World, statement: Any) -> None:  # noqa: ANN401 - any statement
    """Execute a statement as someone who can access the database but not the key file."""
    database = Database(world.database.url)
    with database.engine.begin() as connection:
        connection.execute(statement)
    database.close()


def _unsealed(world: World) -> list[tuple[str, str]]:
    with world.database.reading() as tx:
        return find_unsealed_rows(tx, world.services.keyring)


def test_rows_written_by_the_application_are_sealed(stored: World) -> None:
    assert _unsealed(stored) == []
    with stored.database.reading() as tx:
        for row_type in sealed_tables().values():
            assert all(is_sealed(tx, row) for row in tx.scalars(select(row_type)))


@pytest.mark.parametrize(("row_type", "column"), COLUMNS)
def test_a_row_with_an_altered_column_is_not_sealed(
    stored: World, row_type: type[SealedRow], column: str
) -> None:
    table: Any = row_type.__table__  # type: ignore[attr-defined]
    with stored.database.reading() as tx:
        row = tx.scalars(select(row_type).order_by(table.primary_key.columns[0])).first()
        value = OTHER_USER if column == "user_id" else _altered(getattr(row, column))
        key = next(iter(table.primary_key))
        key_value = getattr(row, key.name)
    alone = (UserRow, "id") == (row_type, column)
    if alone:  # other rows refer to it
        for name in ("passkeys", "recovery_codes", "ceremonies", "credentials"):
            _by_hand(stored, sealed_tables()[name].__table__.delete())  # type: ignore[attr-defined]
    _by_hand(stored, table.update().where(key == key_value).values({column: value}))
    assert [name for name, _ in _unsealed(stored)] == [table.name]


def test_a_row_inserted_by_hand_is_not_sealed_even_with_the_seal_of_another(stored: World) -> None:
    with stored.database.reading() as tx:
        seal = tx.scalar(select(UserRow.seal).where(UserRow.id == USER))
    values = {"role": "manager", "created_at": NOW, "failures": 0, "totp_step": 0}
    table: Any = UserRow.__table__
    _by_hand(stored, table.insert().values(id="one", name="Eve", **values))
    _by_hand(stored, table.insert().values(id="two", name="Mallory", seal=seal, **values))
    assert _unsealed(stored) == [("users", "one"), ("users", "two")]


def test_changing_a_row_seals_it_again(stored: World) -> None:
    with stored.database.writing() as tx:
        tx.get_one(UserRow, USER).role = "manager"
        tx.get_one(CredentialRow, "credential").last_used_at = NOW
    assert _unsealed(stored) == []


def test_changing_a_forged_row_does_not_seal_it(stored: World) -> None:
    table: Any = UserRow.__table__
    _by_hand(stored, table.update().where(table.c.id == USER).values(password_hash=HASH * 2))
    with stored.database.writing() as tx:
        row = tx.get_one(UserRow, USER)
        row.totp_sealed, row.disabled_at = b"wrapped anew", None
    assert _unsealed(stored) == [("users", USER)]


def test_a_statement_that_would_leave_rows_without_a_seal_is_refused(stored: World) -> None:
    with stored.database.writing() as tx, pytest.raises(TypeError, match="credentials are sealed"):
        tx.execute(update(CredentialRow).values(revoked_at=None))


def test_an_older_row_put_back_with_its_seal_is_valid_again(stored: World) -> None:
    """Only the audit trail reveals such a change, as docs/security.md states."""
    table: Any = UserRow.__table__
    with stored.database.reading() as tx:
        before = dict(tx.execute(table.select().where(table.c.id == USER)).mappings().one())
    with stored.database.writing() as tx:
        tx.get_one(UserRow, USER).role = "manager"
    _by_hand(stored, table.update().where(table.c.id == USER).values(before))
    assert _unsealed(stored) == []


def test_existing_rows_are_sealed_unless_they_have_a_wrong_seal(stored: World) -> None:
    table: Any = UserRow.__table__
    _by_hand(stored, table.update().where(table.c.id == USER).values(seal=None))
    _by_hand(stored, table.update().where(table.c.id == OTHER_USER).values(seal="0" * 64))
    with stored.database.writing() as tx:
        assert seal_existing_rows(tx, UserRow) == 1
    assert _unsealed(stored) == [("users", OTHER_USER)]
