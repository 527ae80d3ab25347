"""Seals of the rows that control access, so that a row inserted by hand grants no access.

A seal is an HMAC over the columns of a row that affect access, with a key derived from the key
file. Rows of a table whose class inherits from `SealedRow` are sealed when they are written; code
that grants access on the basis of a row first calls `is_sealed` or `sealed_or_none`. A row that was
inserted or altered without the key has no valid seal. A seal does not show that a row is the latest
version: an older row that is restored together with its seal is valid again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, ClassVar, TypeVar, cast

from sqlalchemy import Connection, String, event, select
from sqlalchemy.orm import Mapped, Mapper, ORMExecuteState, mapped_column, object_session
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm.attributes import instance_state

from api.crypto.key_ring import Keyring

_LOG = logging.getLogger(__name__)
_KEYRING = "gender_coach_seal_keyring"
_BATCH = 1000


class SealedRow:
    """Mixin for tables whose rows are sealed.

    Attributes:
        SEALED_COLUMNS: the columns that affect access, and the primary key. Columns that are NULL
            are excluded from the seal, so a nullable column can be added without sealing again.
        seal: HMAC-SHA-256 in hexadecimal; `None` in rows that were never sealed.
    """

    SEALED_COLUMNS: ClassVar[tuple[str, ...]] = ()

    seal: Mapped[str | None] = mapped_column(String(64))


SealedT = TypeVar("SealedT", bound=SealedRow)


class _RefusedRows:
    """The number of refusals per table since this process started."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[str] = Counter()

    def add(self, table: str) -> None:
        with self._lock:
            self._counts[table] += 1

    def by_table(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)


_refused = _RefusedRows()


def seal_info(keyring: Keyring) -> dict[str, object]:
    """Return the entries of `info` that a transaction needs to seal rows and check seals."""
    return {_KEYRING: keyring}


def is_sealed(tx: Transaction, row: SealedRow) -> bool:
    """Return whether the seal of a row is valid. If not, the row is logged and counted.

    If the row was changed in this transaction, the changes are flushed first.

    Raises:
        LookupError: the transaction has no key ring; see `seal_info`.
    """
    if instance_state(row).modified:
        tx.flush()
    if _matches(_keyring(tx), row):
        return True
    table, identifier = _table(type(row)), _identifier(row)
    _refused.add(table)
    _LOG.error("a row was refused because its seal is not valid: %s %s", table, identifier)
    return False


def sealed_or_none(tx: Transaction, row: SealedT | None) -> SealedT | None:
    """Return a row if its seal is valid, otherwise `None`; see `is_sealed`."""
    return row if row is not None and is_sealed(tx, row) else None


def refused_rows() -> dict[str, int]:
    """Return how many times this process has refused rows of each table because of their seals."""
    return dict.fromkeys(sealed_tables(), 0) | _refused.by_table()


def sealed_tables() -> dict[str, type[SealedRow]]:
    """Return the classes of all sealed tables, keyed by table name in alphabetical order."""
    types = sorted(_mapped_subclasses(SealedRow), key=_table)
    return {_table(row_type): row_type for row_type in types}


def find_unsealed_rows(tx: Transaction, keyring: Keyring) -> list[tuple[str, str]]:
    """Return the table and primary key of every row whose seal is missing or not valid."""
    return [
        (table, _identifier(row))
        for table, row_type in sealed_tables().items()
        for row in tx.scalars(select(row_type).execution_options(yield_per=_BATCH))
        if not _matches(keyring, row)
    ]


def has_rows_without_seal(tx: Transaction, row_type: type[SealedRow]) -> bool:
    """Return whether a table contains rows that were never sealed."""
    found = select(row_type).where(row_type.seal.is_(None)).limit(1)
    return tx.execute(found).first() is not None


def seal_existing_rows(tx: Transaction, row_type: type[SealedRow]) -> int:
    """Seal the rows of a table that have no seal yet, and return their number.

    Call this once for each table, after the upgrade to a version that seals it.
    """
    rows = tx.scalars(select(row_type).where(row_type.seal.is_(None))).all()
    for row in rows:
        row.seal = _seal(_keyring(tx), _table(type(row)), _values(row))
    tx.flush()
    return len(rows)


def _mapped_subclasses(base: type[SealedRow]) -> Iterator[type[SealedRow]]:
    for subclass in base.__subclasses__():
        if hasattr(subclass, "__tablename__"):
            yield subclass
        yield from _mapped_subclasses(subclass)


def _keyring(tx: Transaction) -> Keyring:
    keyring: Keyring | None = tx.info.get(_KEYRING)
    if keyring is None:
        raise LookupError("this transaction has no key ring to check seals with")
    return keyring


def _matches(keyring: Keyring, row: SealedRow) -> bool:
    return _seal_matches(keyring, _table(type(row)), _values(row), row.seal)


def _seal_matches(
    keyring: Keyring, table: str, values: Mapping[str, object], seal: str | None
) -> bool:
    return seal is not None and hmac.compare_digest(
        seal.encode(), _seal(keyring, table, values).encode()
    )


def _seal(keyring: Keyring, table: str, values: Mapping[str, object]) -> str:
    message = json.dumps(
        {name: _canonical(value) for name, value in values.items() if value is not None},
        sort_keys=True,
        separators=(",", ":"),
    )
    return hmac.new(_table_key(keyring.audit, table), message.encode(), hashlib.sha256).hexdigest()


def _canonical(value: object) -> object:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.hex() if isinstance(value, bytes) else value


@lru_cache(maxsize=64)
def _table_key(key: bytes, table: str) -> bytes:
    return hmac.digest(key, f"seal of the rows of {table}".encode(), hashlib.sha256)


def _values(row: SealedRow) -> dict[str, object]:
    return {name: getattr(row, name) for name in row.SEALED_COLUMNS}


def _table(row_type: type[SealedRow]) -> str:
    return str(cast("Any", row_type).__tablename__)


def _identifier(row: SealedRow) -> str:
    return " ".join(str(part) for part in instance_state(row).identity or ())


def _changed(row: SealedRow) -> dict[str, object]:
    """Return the new values of the sealed columns changed since the row was loaded."""
    state = instance_state(row)
    changed = (name for name in row.SEALED_COLUMNS if state.attrs[name].history.has_changes())
    return {name: getattr(row, name) for name in changed}


def _seal_new_row(_mapper: Mapper[Any], _connection: Connection, row: SealedRow) -> None:
    """Seal a row that is about to be inserted, unless the transaction has no key ring."""
    tx = object_session(row)
    if tx is None or _KEYRING not in tx.info:
        return
    for column in cast("Any", row).__table__.columns:
        if column.default is not None and getattr(row, column.key) is None:
            default = column.default.arg
            setattr(row, column.key, default(None) if column.default.is_callable else default)
    row.seal = _seal(_keyring(tx), _table(type(row)), _values(row))


def _seal_changed_row(mapper: Mapper[Any], connection: Connection, row: SealedRow) -> None:
    """Seal a row again if its sealed columns are about to change.

    The row is sealed only if its seal was valid before, so that a forged row does not obtain a
    valid seal through a later change.
    """
    tx, changed = object_session(row), _changed(row)
    if tx is None or _KEYRING not in tx.info or not changed:
        return
    table = cast("Any", mapper.local_table)
    key = [column == getattr(row, column.key) for column in table.primary_key]
    names = row.SEALED_COLUMNS
    columns = (table.c[name] for name in (*names, "seal"))
    stored = connection.execute(select(*columns).where(*key)).mappings().one()
    before = {name: stored[name] for name in names}
    keyring, name = _keyring(tx), _table(type(row))
    if _seal_matches(keyring, name, before, stored["seal"]):
        row.seal = _seal(keyring, name, before | changed)


def _refuse_bulk_writes(state: ORMExecuteState) -> None:
    """Refuse statements that would write to a sealed table without sealing the rows.

    Raises:
        TypeError: the statement inserts or updates rows of a sealed table.
    """
    mapper = state.bind_mapper
    writes = state.is_update or state.is_insert
    if writes and mapper is not None and issubclass(mapper.class_, SealedRow):
        raise TypeError(
            f"rows of {_table(mapper.class_)} are sealed: load them and change their attributes"
        )


event.listen(SealedRow, "before_insert", _seal_new_row, propagate=True)
event.listen(SealedRow, "before_update", _seal_changed_row, propagate=True)
event.listen(Transaction, "do_orm_execute", _refuse_bulk_writes)
