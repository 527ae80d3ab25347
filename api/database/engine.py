"""The database engine, with separate reading and write transactions."""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from copy import copy
from pathlib import Path
from sqlite3 import SQLITE_FULL
from sqlite3 import Connection as SqliteConnection
from sqlite3 import Error as SqliteError
from typing import Self

from psycopg.errors import DiskFull as PostgresDiskFull
from pydantic_core import from_json
from sqlalchemy import Connection, Engine, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session as Transaction

from api.database import facts
from api.database.url import DatabaseUnusableError, make_folder, parse_url, redacted
from api.database.vanished_machines import CLIENT_SETTINGS, end_when_vanished
from api.files.private_files import create_private_file, restrict_to_owner

TransactionHook = Callable[[Transaction], None]
SQLITE_SUFFIXES = ("", "-wal", "-shm")
"""The suffixes of the files that make up a SQLite database."""
_BUSY_TIMEOUT_MS = 30_000
_WRITES = "gender_coach_writes"
_WRITER_LOCK = 0x67656E646572  # arbitrary key of an advisory lock


class Database:
    """A database with its connection pool and its writer lock.

    In SQLite and PostgreSQL alike, write transactions run one at a time. The rows that a
    transaction has read are therefore still current when it commits, and the audit trail forms a
    single chain. SQLite enforces this itself; in PostgreSQL, an advisory lock does. Because SQLite
    acquires its lock by polling, a process can starve while another one writes continuously;
    writers to SQLite therefore queue for a `WriterLock` first.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._on_begin: TransactionHook | None = None
        self._info: dict[str, object] = {}
        self.engine = open_engine(url)
        self._writer_lock = WriterLock(make_url(url).database or "") if self.is_sqlite else None
        self._writing_engine = self.engine.execution_options(**{_WRITES: True})
        self._reading_engine = (
            self.engine
            if self.is_sqlite
            else self.engine.execution_options(isolation_level="REPEATABLE READ")
        )

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a SQLite file."""
        return self.engine.dialect.name == "sqlite"

    def on_behalf_of(self, on_begin: TransactionHook, info: dict[str, object]) -> Self:
        """Return a view of this database that calls `on_begin` in each new write transaction.

        `info` is added to the `info` of all its transactions, including read transactions.
        """
        bound = copy(self)
        bound._on_begin, bound._info = on_begin, info  # noqa: SLF001 - same class
        return bound

    def guarded_by(self, guard: TransactionHook) -> Self:
        """Return a view of this database that first calls `guard` in each write transaction."""
        guarded, on_begin = copy(self), self._on_begin

        def hook(tx: Transaction) -> None:
            guard(tx)
            if on_begin is not None:
                on_begin(tx)

        guarded._on_begin = hook  # noqa: SLF001 - same class
        return guarded

    @contextmanager
    def reading(self) -> Iterator[Transaction]:
        """Open a read transaction on a consistent snapshot, and roll it back at the end."""
        with Transaction(self._reading_engine, autoflush=False, info=self._info) as tx:
            yield tx
            tx.rollback()

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Open a write transaction; commit it at the end of the block, or roll back on an error.

        The writer lock is held until the end of the block, which must be entered and left in the
        same thread.
        """
        if self._writer_lock is None:
            with Transaction(self._writing_engine, info=self._info) as tx, tx.begin():
                tx.execute(select(func.pg_advisory_xact_lock(_WRITER_LOCK)))
                yield self._run_hook(tx)
            return
        with (
            self._writer_lock,
            Transaction(self._writing_engine, info=self._info) as tx,
            tx.begin(),
        ):
            yield self._run_hook(tx)

    def _run_hook(self, tx: Transaction) -> Transaction:
        if self._on_begin is not None:
            self._on_begin(tx)
        return tx

    def purge_deleted_data(self) -> None:
        """Remove remnants of deleted data from SQLite's files.

        `secure_delete` overwrites deleted rows, but not the copies that remain in a page when
        SQLite moves rows to another one. Rewriting all pages removes these, and truncating the
        write-ahead log removes earlier versions of pages.
        """
        if self._writer_lock is None:
            return
        autocommit = self._writing_engine.execution_options(isolation_level="AUTOCOMMIT")
        with self._writer_lock, autocommit.connect() as connection:
            connection.exec_driver_sql("VACUUM")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    def close(self) -> None:
        """Close all connections and the lock file."""
        self.engine.dispose()
        if self._writer_lock is not None:
            self._writer_lock.close()


class WriterLock:
    """Context manager for exclusive write access to a SQLite file.

    Combines a lock between threads with a file lock (`flock`) between processes. The operating
    system wakes a waiting writer as soon as either is released, and releases the file lock of a
    process that was killed. A writer that bypasses this lock is still subject to SQLite's own.
    """

    def __init__(self, database: str) -> None:
        self._path = Path(f"{database}-writer")
        self._threads = threading.Lock()
        self._file: int | None = None

    def __enter__(self) -> None:
        self._threads.acquire()
        try:
            if self._file is None:
                self._file = self._open_lock_file()
            fcntl.flock(self._file, fcntl.LOCK_EX)
        except BaseException:
            self._threads.release()
            raise

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._threads.release()

    def _open_lock_file(self) -> int:
        try:
            return os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise DatabaseUnusableError(
                facts.CANNOT_WRITE(path=str(self._path), reason=str(error.strerror))
            ) from error

    def close(self) -> None:
        """Close the lock file; the next acquisition opens it again."""
        with self._threads:
            if self._file is not None:
                os.close(self._file)
                self._file = None


def open_engine(url: str) -> Engine:
    """Create an engine for `url` and, if necessary, the folder for a SQLite file.

    SQLite is configured with WAL, foreign keys, full synchronisation and a busy timeout. Its
    transactions are started explicitly, write transactions with `BEGIN IMMEDIATE`, because a
    deferred transaction can fail with "database is locked" at its first write.

    Raises:
        DatabaseUnusableError: the URL is invalid, the database is not supported, or the folder
            cannot be created.
    """
    parsed = parse_url(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            parsed.set(drivername="postgresql+psycopg"),
            connect_args=CLIENT_SETTINGS,
            pool_pre_ping=True,
            pool_size=10,
            hide_parameters=True,
            json_deserializer=from_json,  # twice as fast
        )
        event.listen(engine, "connect", end_when_vanished)
        return engine
    make_folder(parsed)
    engine = create_engine(
        parsed,
        connect_args={"check_same_thread": False},
        pool_size=10,
        max_overflow=40,
        json_deserializer=from_json,
        hide_parameters=True,  # errors are logged, and parameters contain personal data
    )
    event.listen(engine, "do_connect", _keep_files_private)
    event.listen(engine, "connect", _configure_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


@contextmanager
def readable_database_errors(url: str) -> Iterator[None]:
    """Translate errors from the database driver into readable messages.

    Raises:
        DatabaseUnusableError: the driver reported an error; the message names the database (without
            its password) and the error.
    """
    try:
        yield
    except DBAPIError as error:
        raise DatabaseUnusableError(
            facts.UNUSABLE(url=redacted(make_url(url)), reason=str(error.orig).strip())
        ) from error


def is_disk_full(error: BaseException) -> bool:
    """Return whether `error` was caused by a full disk."""
    cause = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(cause, SqliteError):
        return cause.sqlite_errorcode == SQLITE_FULL
    return isinstance(cause, PostgresDiskFull)


def open_jobs_engine(url: str) -> Engine:
    """Create an engine for the job tables, with write transactions only."""
    return open_engine(url).execution_options(**{_WRITES: True})


def jobs_schema(connection: Connection) -> str | None:
    """Return the schema of the job engine's tables, or `None` on SQLite, which has no schemas."""
    return None if connection.dialect.name == "sqlite" else "dbos"


def _keep_files_private(
    _dialect: object, _record: object, arguments: Sequence[object], _options: object
) -> None:
    """Create the file with mode 0600, or restrict an existing file of an earlier version to it.

    SQLite gives its write-ahead log and its shared memory the mode of the database file.
    """
    file = Path(str(arguments[0]))
    try:
        create_private_file(file)
    except FileExistsError:
        for suffix in SQLITE_SUFFIXES:
            restrict_to_owner(file.with_name(file.name + suffix))
    except OSError:
        return  # SQLite reports why it cannot open the file


def _configure_sqlite(connection: SqliteConnection, _record: object) -> None:
    connection.isolation_level = None  # `_begin_sqlite` starts the transactions
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"busy_timeout={_BUSY_TIMEOUT_MS}",
        "secure_delete=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    if options.get("isolation_level") == "AUTOCOMMIT":
        return  # migrations start and commit their transaction explicitly
    begin = "BEGIN IMMEDIATE" if options.get(_WRITES, False) else "BEGIN"
    driver = connection.connection.dbapi_connection
    if driver is None:  # unreachable: a transaction is started on an open connection
        raise RuntimeError("cannot begin a transaction: the connection is closed")
    # Runs on the driver connection because every request starts one or two transactions, and
    # executing the statement through SQLAlchemy takes far longer.
    driver.execute(begin)
