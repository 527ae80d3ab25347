"""Backs up and restores the database, which may be in use during a backup.

A backup is an encrypted SQLite file, whether it was made from SQLite or PostgreSQL, and can be
restored into either. This is also the way to move from SQLite to PostgreSQL.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime
from itertools import chain, count
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from api.crypto.encrypted_stream import decrypt_file, encrypt_file, matching_key
from api.database import facts, schema
from api.database.engine import SQLITE_SUFFIXES, Database
from api.database.table_copy import copy_rows, has_no_rows, truncate_all_tables
from api.database.working_folder import partial_file, working_folder
from api.files.private_files import create_private_file, flush_folder
from coach.errors import ConflictError, DomainError

MigrateJobTables = Callable[[str], None]
"""Creates or migrates the tables of the job engine in the database at a URL."""


class CorruptBackupError(DomainError):
    """The database in a backup fails its integrity check."""


def back_up(
    database: Database,
    key: bytes,
    target: Path,
    migrate_job_tables: MigrateJobTables,
    *,
    data_dir: Path,
    on_start: Callable[[], None] = lambda: None,
) -> int:
    """Write an encrypted backup of the database to `target`, and return its size in bytes.

    The backup is a consistent snapshot and is checked for integrity. Writers are not blocked. The
    snapshot is made in `data_dir`, so that the folder of `target` never contains unencrypted data.
    The function waits until no other backup is being made in `data_dir`, and then calls `on_start`.

    Raises:
        ConflictError: `target` already exists.
        DomainError: the backup cannot be written, for example because the disk is full.
        CorruptBackupError: the backup fails its integrity check.
    """
    if target.exists():
        raise ConflictError(facts.BACKUP_EXISTS(path=str(target)))
    try:
        with working_folder(data_dir) as folder:
            on_start()
            _write_backup(database, key, target, migrate_job_tables, folder)
    except (OSError, DBAPIError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error.strerror or error
        raise DomainError(facts.BACKUP_FAILED(path=str(target), reason=str(why))) from error
    return target.stat().st_size


def restore(
    database: Database,
    key: bytes,
    source: Path,
    migrate_job_tables: MigrateJobTables,
    *,
    force: bool,
    previous_folder: Path,
    now: datetime,
    prepare: Callable[[Database], None] = lambda _copy: None,
    earlier_keys: Sequence[bytes] = (),
) -> Path | None:
    """Replace an unused `database` with a backup. The caller must hold the worker lease.

    Args:
        database: the target, SQLite or PostgreSQL.
        key: the 32-byte key for backups.
        source: the backup.
        migrate_job_tables: creates or migrates the tables of the job engine in PostgreSQL.
        force: whether to replace a database that is not empty.
        previous_folder: folder for an encrypted backup of the replaced PostgreSQL database.
        now: the current time, used to name the replaced database.
        prepare: called with the decrypted copy before it is used, for example to repeat erasures.
        earlier_keys: other keys with which the backup may have been encrypted.

    Returns:
        The path of the replaced database, or `None` if there was none. A SQLite file is renamed in
        its folder; a PostgreSQL database is backed up to `previous_folder`.

    Raises:
        ConflictError: a database exists and `force` is not set.
        BackupDecryptionError: the backup cannot be decrypted.
        CorruptBackupError: the integrity check of the backup fails.
        SchemaError: the backup or the PostgreSQL database belongs to another version.
        RowsLostError: the backup was not copied completely to PostgreSQL.
    """
    database_file = Path(database.engine.url.database or "") if database.is_sqlite else None
    if not force:
        _require_no_database(database, database_file)
    parent = database_file.parent if database_file else previous_folder
    with working_folder(parent) as folder:
        plain = _decrypted_copy((key, *earlier_keys), source, folder, prepare)
        if database_file is None:
            return _replace_rows(
                database, key, plain, migrate_job_tables, previous_folder=previous_folder, now=now
            )
        kept = _move_aside(database_file, now) if database_file.exists() else None
        plain.rename(database_file)
    return kept


def require_unused(database: Database) -> None:
    """Check that nothing else is connected to a PostgreSQL database.

    Raises:
        ConflictError: the database has other connections.
    """
    if database.is_sqlite:
        return  # the worker lease and the file itself protect a SQLite database
    with database.engine.connect() as connection:
        others = connection.execute(
            text(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
                "AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
        ).scalar_one()
    database.engine.dispose()
    if others:
        raise ConflictError(facts.OTHER_CONNECTIONS(count=others))


def unused_path(path: Path) -> Path:
    """Return `path`, or the first numbered variant of it that does not exist."""
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain([path], others) if not os.path.lexists(one))


def _write_backup(
    database: Database, key: bytes, target: Path, migrate_job_tables: MigrateJobTables, folder: Path
) -> None:
    """Copy the database to `folder`, unencrypted, and encrypt this copy to `target`."""
    plain = folder / "copy.sqlite"
    create_private_file(plain)
    (_copy_file if database.is_sqlite else _copy_by_rows)(database, plain, migrate_job_tables)
    _check_integrity(plain)
    with partial_file(target) as partial:
        encrypt_file(key, plain, partial)
    flush_folder(target.parent)


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


def _decrypted_copy(
    keys: Sequence[bytes], source: Path, folder: Path, prepare: Callable[[Database], None]
) -> Path:
    """Decrypt, check and prepare a backup in `folder`, and return the path of the SQLite file."""
    plain = folder / "restored.sqlite"
    decrypt_file(matching_key(keys, source), source, plain)
    _check_integrity(plain)
    copy = _open_copy(plain)
    try:
        schema.require_current(copy)
        prepare(copy)
        _leave_wal_mode(copy)
    finally:
        copy.close()
    return plain


def _replace_rows(
    database: Database,
    key: bytes,
    plain: Path,
    migrate_job_tables: MigrateJobTables,
    *,
    previous_folder: Path,
    now: datetime,
) -> Path | None:
    """Replace all rows in PostgreSQL with the rows of the decrypted backup `plain`.

    Existing rows are backed up first. Returns the path of that backup, or `None` if there were no
    rows.
    """
    kept = None
    if not _is_empty(database):
        schema.require_current(database)
        kept = unused_path(previous_folder / f"database.before-{now:%Y%m%dT%H%M%SZ}")
        _write_backup(database, key, kept, migrate_job_tables, plain.parent)
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


def _require_no_database(database: Database, database_file: Path | None) -> None:
    if database_file is not None:
        if database_file.exists():
            raise ConflictError(facts.FILE_EXISTS(path=str(database_file)))
    elif not _is_empty(database):
        raise ConflictError(facts.DATABASE_EXISTS())


def _is_empty(database: Database) -> bool:
    with database.engine.connect() as connection:
        return has_no_rows(connection)


def _move_aside(database_file: Path, now: datetime) -> Path:
    """Rename the database file and its WAL files to keep them, and return the new path."""
    kept = unused_path(database_file.with_name(f"{database_file.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    for ending in SQLITE_SUFFIXES:
        part = database_file.with_name(database_file.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept


def _check_integrity(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            integrity = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise CorruptBackupError(facts.BACKUP_INVALID(reason=str(error))) from error
    if integrity != [("ok",)] or broken:
        raise CorruptBackupError(facts.BACKUP_CORRUPT())


def _open_copy(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def _leave_wal_mode(copy: Database) -> None:
    """Turn off WAL, so that the backup is a single file."""
    copy.close()  # WAL mode can be left only if there is no other connection
    with copy.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
