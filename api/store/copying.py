"""Copies of the database while it is in use, and putting one back in its place."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from sqlalchemy import make_url

from api.confidential.copies import decrypt_file, encrypt_file
from api.store import schema
from api.store.database import Database
from coach.errors import ConflictError, ProgrammeError

_BESIDE = ("", "-wal", "-shm")


class UnsoundCopyError(ProgrammeError):
    """A database that was copied is not whole."""


def back_up(database: Database, key: bytes, target: Path) -> int:
    """Write a copy of the database as it is now, checked and encrypted, to the new file `target`.

    Writers go on meanwhile. Returns how many bytes the copy has.

    Raises:
        ConflictError: the database is PostgreSQL, or `target` is there already.
        UnsoundCopyError: the copy is not whole.
    """
    if not database.is_sqlite:
        raise ConflictError("on PostgreSQL, copies are made with pg_dump; see docs/deploy.md")
    if target.exists():
        raise ConflictError(f"{target} is there already; name another file")
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="copy", dir=target.parent) as folder:
        plain = Path(folder) / "copy.sqlite"
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as tx:
            tx.exec_driver_sql("VACUUM INTO ?", (str(plain),))
        _require_sound(plain)
        encrypted = Path(folder) / "copy"
        encrypt_file(key, plain, encrypted)
        encrypted.rename(target)
    return target.stat().st_size


def restore(url: str, key: bytes, source: Path, *, force: bool, now: datetime) -> Path | None:
    """Put the copy in `source` in the place of the database at `url`.

    Returns where the database that was there before now lies, if there was one. Nothing must be
    using it: hold the worker's slot.

    Raises:
        ConflictError: there is a database already and `force` is not set, or it is PostgreSQL.
        BrokenCopyError: the copy does not open.
        UnsoundCopyError: it opens, but is not whole.
        SchemaError: it is of another version of this programme.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite" or not parsed.database:
        raise ConflictError("on PostgreSQL, copies are restored with pg_restore")
    place = Path(parsed.database)
    if place.exists() and not force:
        raise ConflictError(f"{place} is there; add --force to replace it (it is kept beside)")
    place.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="restore", dir=place.parent) as folder:
        plain = Path(folder) / "restored.sqlite"
        decrypt_file(key, source, plain)
        _require_sound(plain)
        _require_version(plain)
        kept = _put_aside(place, now) if place.exists() else None
        plain.rename(place)
    return kept


def _put_aside(place: Path, now: datetime) -> Path:
    """Rename the database with what lies beside it, so that it can be put back by hand."""
    kept = place.with_name(f"{place.name}.before-{now:%Y%m%dT%H%M%SZ}")
    for ending in _BESIDE:
        part = place.with_name(place.name + ending)
        if part.exists():
            part.rename(kept.with_name(kept.name + ending))
    return kept


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
    database = Database(f"sqlite:///{path}")
    try:
        schema.require_current(database)
        with database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as tx:
            tx.exec_driver_sql("PRAGMA journal_mode=DELETE")  # leaves one file to move
    finally:
        database.close()
