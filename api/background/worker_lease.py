"""Exclusive leases on worker slots, across all machines.

Two workers with the same slot would mistake each other's running jobs for interrupted ones. A lease
is a lock that ends with its process: a file lock next to a SQLite database, or an advisory lock of
PostgreSQL. A process that is stopped but still exists keeps its lease.
"""

from __future__ import annotations

import fcntl
import os
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine, NullPool, create_engine, func, select, text
from sqlalchemy.exc import SQLAlchemyError

from api.background import facts
from api.database.engine import Database
from api.database.vanished_machines import CLIENT_SETTINGS, SERVER_SETTINGS
from coach.errors import DomainError

WAIT_FOR_LEASE_SECONDS = 2.0
"""How long a starting worker waits for its lease, which another worker may hold briefly."""
_RETRY_SECONDS = 0.1
_SERVER_SETTINGS = SERVER_SETTINGS | {"idle_session_timeout": "0"}
_SET = text("SELECT set_config(name, :value, false) FROM pg_settings WHERE name = :name")


class WorkerLeaseHeldError(DomainError):
    """Another process holds the lease on the slot."""


class WorkerLease:
    """The lease on a slot. A process holds it by acquiring the slot's lock."""

    def __init__(self, database: Database, name: str) -> None:
        self.name = name
        self._lock = (
            FileLock(database, name) if database.is_sqlite else AdvisoryLock(database, name)
        )

    def acquire(self, wait_seconds: float = 0.0) -> bool:
        """Try for up to `wait_seconds` to acquire the lock, and return whether this succeeded."""
        ends = time.monotonic() + wait_seconds
        while not self._lock.acquire():
            if time.monotonic() >= ends:
                return False
            time.sleep(_RETRY_SECONDS)
        return True

    def release(self) -> None:
        """Release the lock."""
        self._lock.release()


@contextmanager
def hold_worker_lease(
    database: Database, name: str, *, wait_seconds: float = 0.0
) -> Iterator[WorkerLease]:
    """Return a context manager that holds the lease on the slot `name`.

    The lease is also released if the process ends. `wait_seconds` is how long to wait for a process
    that holds the lease. Another worker holds it briefly when it takes over the jobs of the slot.

    Raises:
        WorkerLeaseHeldError: another process holds the lease.
    """
    lease = WorkerLease(database, name)
    try:
        if not lease.acquire(wait_seconds):
            raise WorkerLeaseHeldError(facts.WORKER_RUNNING(name=name))
        yield lease
    finally:
        lease.release()


class FileLock:
    """An exclusive lock on a file next to the database file (`flock`)."""

    def __init__(self, database: Database, name: str) -> None:
        folder = Path(database.engine.url.database or "").resolve().parent
        self._path = folder / f"{Path(name).name}.lock"
        self._file: int | None = None

    def acquire(self) -> bool:
        """Try to acquire the lock, and return whether this process holds it."""
        if self._file is not None:
            return True
        file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        self._file = file
        return True

    def release(self) -> None:
        """Release the lock."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


class AdvisoryLock:
    """A PostgreSQL advisory lock, which is released when its dedicated `connection` closes."""

    def __init__(self, database: Database, name: str) -> None:
        self._number = lock_number(name)
        self._engine = _lock_engine(database)
        self.connection: Connection | None = None

    def acquire(self) -> bool:
        """Try to acquire the lock, and return whether this process holds it.

        A lock that was lost with its connection is acquired again.
        """
        if self.connection is not None:
            with suppress(SQLAlchemyError):
                self.connection.scalar(select(1))
                return True
            self.release()
        connection = self._engine.connect()
        try:
            for name, value in _SERVER_SETTINGS.items():
                connection.execute(_SET, {"name": name, "value": value})
            acquired = connection.scalar(select(func.pg_try_advisory_lock(self._number)))
        except BaseException:
            connection.close()
            raise
        if not acquired:
            connection.close()
            return False
        self.connection = connection
        return True

    def release(self) -> None:
        """Release the lock, and close its connection."""
        if self.connection is not None:
            with suppress(SQLAlchemyError):
                self.connection.scalar(select(func.pg_advisory_unlock(self._number)))
            with suppress(SQLAlchemyError):
                self.connection.close()
            self.connection = None


def _lock_engine(database: Database) -> Engine:
    return create_engine(
        database.engine.url,
        poolclass=NullPool,
        isolation_level="AUTOCOMMIT",
        connect_args=CLIENT_SETTINGS,
        hide_parameters=True,
    )


def lock_number(name: str) -> int:
    """Return the key of a slot's advisory lock, an integer below 2³²."""
    return zlib.crc32(f"gender-coach {name}".encode())
