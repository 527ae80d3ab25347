"""Copies of the database while it is in use, and putting one back in its place.

A copy is one encrypted file of SQLite, whichever kind of database it was made of, so that it can
be put back into either: that is also the way from a file to PostgreSQL.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.crypto.encrypted_stream import decrypt_file, encrypt_file
from api.database import schema
from api.database.engine import Database
from api.database.table_copy import copy_rows, has_no_rows, truncate_all_tables
from coach.errors import ConflictError, DomainError

_FILE_SUFFIXES = ("", "-wal", "-shm")

MigrateJobTables = Callable[[str], None]
"""Makes the job engine's tables in the database at a URL, or brings them up to date."""


class CorruptBackupError(DomainError):
    """A database that was copied is not whole."""


def back_up(
    database: Database, key: bytes, target: Path, migrate_job_tables: MigrateJobTables
) -> int:
    """Write a copy of the database as it is now, checked and encrypted, to the new file `target`.

    Writers go on meanwhile. Returns how many bytes the copy has.

    Raises:
        ConflictError: `target` is there already.
        DomainError: it cannot be written, for instance because the disk is full.
        CorruptBackupError: the copy is not whole.
    """
    if target.exists():
        raise ConflictError(f"{target} is there already; name another file")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="copy", dir=target.parent) as folder:
            plain, encrypted = Path(folder) / "copy.sqlite", Path(folder) / "copy"
            (_copy_file if database.is_sqlite else _copy_by_rows)(
                database, plain, migrate_job_tables
            )
            _check_integrity(plain)
            encrypt_file(key, plain, encrypted)
            encrypted.rename(target)
    except (OSError, DBAPIError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error.strerror or error
        raise DomainError(
            f"the copy {target} cannot be made: {why}; nothing is left of it"
        ) from error
    return target.stat().st_size


def restore(
    database: Database,
    key: bytes,
    source: Path,
    migrate_job_tables: MigrateJobTables,
    *,
    force: bool,
    aside: Path,
    now: datetime,
) -> Path | None:
    """Put the copy in `source` in the place of `database`.

    Returns where the database that was there before now lies, if there was one: beside a file of
    SQLite; of PostgreSQL as a copy in the folder `aside`. Nothing must be using the database: hold
    the worker's slot.

    Raises:
        ConflictError: there is a database already and `force` is not set, or it is in use.
        BrokenCopyError: the copy does not open.
        CorruptBackupError: it opens, but is not whole.
        SchemaError: it is of another version of this programme.
    """
    database_file = Path(database.engine.url.database or "") if database.is_sqlite else None
    if not force and (database_file.exists() if database_file else not _is_empty(database)):
        where = database_file or "a database of this programme"
        raise ConflictError(f"{where} is there; add --force to replace it (it is kept beside)")
    parent = database_file.parent if database_file else aside
    parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore", dir=parent) as folder:
        plain = Path(folder) / "restored.sqlite"
        decrypt_file(key, source, plain)
        _check_integrity(plain)
        _check_version(plain)
        if database_file is None:
            return _replace_rows(database, key, plain, migrate_job_tables, aside=aside, now=now)
        kept = _move_aside(database_file, now) if database_file.exists() else None
        plain.rename(database_file)
    return kept


def require_unused(database: Database) -> None:
    """Refuse to go on while other connections use a PostgreSQL.

    Raises:
        ConflictError: there are some.
    """
    if database.is_sqlite:
        return  # there, the worker's slot and the file itself say so
    with database.engine.connect() as connection:
        others = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        ).scalar_one()
    database.engine.dispose()
    if others:
        raise ConflictError(
            f"{others} other connections use the database: stop every server and worker first"
        )


def _copy_file(database: Database, plain: Path, _migrate_job_tables: MigrateJobTables) -> None:
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as tx:
        tx.exec_driver_sql("VACUUM INTO ?", (str(plain),))


def _copy_by_rows(database: Database, plain: Path, migrate_job_tables: MigrateJobTables) -> None:
    copy = _open_copy(plain)
    try:
        schema.migrate(copy)
        migrate_job_tables(copy.url)
        with database.reading() as source, copy.writing() as target:
            copy_rows(source.connection(), target.connection())
        _leave_wal_mode(copy)
    finally:
        copy.close()


def _replace_rows(
    database: Database,
    key: bytes,
    plain: Path,
    migrate_job_tables: MigrateJobTables,
    *,
    aside: Path,
    now: datetime,
) -> Path | None:
    """Put the rows of a copy in the place of those of PostgreSQL, which are kept as a copy."""
    kept = None
    if not _is_empty(database):
        schema.require_current(database)
        kept = _unused_path(aside / f"database.before-{now:%Y%m%dT%H%M%SZ}")
        back_up(database, key, kept, migrate_job_tables)
    schema.migrate(database)
    migrate_job_tables(database.url)
    copy = _open_copy(plain)
    try:
        with copy.reading() as source, database.writing() as target:
            truncate_all_tables(target.connection())
            copy_rows(source.connection(), target.connection())
    finally:
        copy.close()
    return kept


def _is_empty(database: Database) -> bool:
    with database.engine.connect() as connection:
        return has_no_rows(connection)


def _move_aside(database_file: Path, now: datetime) -> Path:
    """Rename the database with what lies beside it, so that it can be put back by hand."""
    kept = _unused_path(
        database_file.with_name(f"{database_file.name}.before-{now:%Y%m%dT%H%M%SZ}")
    )
    for ending in _FILE_SUFFIXES:
        part = database_file.with_name(database_file.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept


def _unused_path(path: Path) -> Path:
    """That path, or the first numbered one that names nothing yet: what is kept stays whole."""
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain([path], others) if not one.exists())


def _check_integrity(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            integrity = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise CorruptBackupError(f"the copy is no sound database: {error}") from error
    if integrity != [("ok",)] or broken:
        raise CorruptBackupError("the copy is not whole; make another, and check the disk")


def _check_version(path: Path) -> None:
    copy = _open_copy(path)
    try:
        schema.require_current(copy)
        _leave_wal_mode(copy)
    finally:
        copy.close()


def _open_copy(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def _leave_wal_mode(copy: Database) -> None:
    """Have nothing of a copy beside it, so that one file holds it all."""
    copy.close()  # the way back from WAL wants no other connection
    with copy.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
