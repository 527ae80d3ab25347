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
from api.database.table_copy import copy_rows, empty, is_empty
from coach.errors import ConflictError, ProgrammeError

_BESIDE = ("", "-wal", "-shm")

PrepareJobTables = Callable[[str], None]
"""Makes the job engine's tables in the database at a URL, or brings them up to date."""


class UnsoundCopyError(ProgrammeError):
    """A database that was copied is not whole."""


def back_up(database: Database, key: bytes, target: Path, prepare: PrepareJobTables) -> int:
    """Write a copy of the database as it is now, checked and encrypted, to the new file `target`.

    Writers go on meanwhile. Returns how many bytes the copy has.

    Raises:
        ConflictError: `target` is there already.
        ProgrammeError: it cannot be written, for instance because the disk is full.
        UnsoundCopyError: the copy is not whole.
    """
    if target.exists():
        raise ConflictError(f"{target} is there already; name another file")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="copy", dir=target.parent) as folder:
            plain, encrypted = Path(folder) / "copy.sqlite", Path(folder) / "copy"
            (_copy_file if database.is_sqlite else _copy_by_rows)(database, plain, prepare)
            _require_sound(plain)
            encrypt_file(key, plain, encrypted)
            encrypted.rename(target)
    except (OSError, DBAPIError) as error:
        why = error.orig if isinstance(error, DBAPIError) else error.strerror or error
        raise ProgrammeError(
            f"the copy {target} cannot be made: {why}; nothing is left of it"
        ) from error
    return target.stat().st_size


def restore(
    database: Database,
    key: bytes,
    source: Path,
    prepare: PrepareJobTables,
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
        UnsoundCopyError: it opens, but is not whole.
        SchemaError: it is of another version of this programme.
    """
    place = Path(database.engine.url.database or "") if database.is_sqlite else None
    if not force and (place.exists() if place else not _is_empty(database)):
        where = place or "a database of this programme"
        raise ConflictError(f"{where} is there; add --force to replace it (it is kept beside)")
    folder_of = place.parent if place else aside
    folder_of.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore", dir=folder_of) as folder:
        plain = Path(folder) / "restored.sqlite"
        decrypt_file(key, source, plain)
        _require_sound(plain)
        _require_version(plain)
        if place is None:
            return _replace_rows(database, key, plain, prepare, aside=aside, now=now)
        kept = _put_aside(place, now) if place.exists() else None
        plain.rename(place)
    return kept


def refuse_while_used(database: Database) -> None:
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


def _copy_file(database: Database, plain: Path, _prepare: PrepareJobTables) -> None:
    with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as tx:
        tx.exec_driver_sql("VACUUM INTO ?", (str(plain),))


def _copy_by_rows(database: Database, plain: Path, prepare: PrepareJobTables) -> None:
    copy = _opened(plain)
    try:
        schema.migrate(copy)
        prepare(copy.url)
        with database.reading() as source, copy.writing() as target:
            copy_rows(source.connection(), target.connection())
        _leave_one_file(copy)
    finally:
        copy.close()


def _replace_rows(
    database: Database,
    key: bytes,
    plain: Path,
    prepare: PrepareJobTables,
    *,
    aside: Path,
    now: datetime,
) -> Path | None:
    """Put the rows of a copy in the place of those of PostgreSQL, which are kept as a copy."""
    kept = None
    if not _is_empty(database):
        schema.require_current(database)
        kept = _unused(aside / f"database.before-{now:%Y%m%dT%H%M%SZ}")
        back_up(database, key, kept, prepare)
    schema.migrate(database)
    prepare(database.url)
    copy = _opened(plain)
    try:
        with copy.reading() as source, database.writing() as target:
            empty(target.connection())
            copy_rows(source.connection(), target.connection())
    finally:
        copy.close()
    return kept


def _is_empty(database: Database) -> bool:
    with database.engine.connect() as connection:
        return is_empty(connection)


def _put_aside(place: Path, now: datetime) -> Path:
    """Rename the database with what lies beside it, so that it can be put back by hand."""
    kept = _unused(place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}"))
    for ending in _BESIDE:
        part = place.with_name(place.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept


def _unused(path: Path) -> Path:
    """That path, or the first numbered one that names nothing yet: what is kept stays whole."""
    others = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain([path], others) if not one.exists())


def _require_sound(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            said = connection.execute("PRAGMA integrity_check").fetchall()
            broken = connection.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.DatabaseError as error:
        raise UnsoundCopyError(f"the copy is no sound database: {error}") from error
    if said != [("ok",)] or broken:
        raise UnsoundCopyError("the copy is not whole; make another, and check the disk")


def _require_version(path: Path) -> None:
    copy = _opened(path)
    try:
        schema.require_current(copy)
        _leave_one_file(copy)
    finally:
        copy.close()


def _opened(path: Path) -> Database:
    return Database(f"sqlite:///{path}")


def _leave_one_file(copy: Database) -> None:
    """Have nothing of a copy beside it, so that one file holds it all."""
    copy.close()  # the way back from WAL wants no other connection
    with copy.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
        connection.exec_driver_sql("PRAGMA journal_mode=DELETE")
