"""Exclusive leases on worker slots, across all machines.

Two workers with the same slot would mistake each other's running jobs for interrupted ones.
"""

from __future__ import annotations

import fcntl
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import func, select

from api.background import facts
from api.database.engine import Database
from coach.errors import DomainError


class WorkerLeaseHeldError(DomainError):
    """Another process holds the lease on the slot."""


@contextmanager
def hold_worker_lease(database: Database, data_dir: Path, name: str) -> Iterator[None]:
    """Hold the lease on the slot `name` in the block; it is also released if the process ends.

    Raises:
        WorkerLeaseHeldError: another process holds the lease.
    """
    lock = _file_lock(data_dir, name) if database.is_sqlite else _advisory_lock(database, name)
    with lock as acquired:
        if not acquired:
            raise WorkerLeaseHeldError(facts.WORKER_RUNNING(name=name))
        yield


@contextmanager
def _file_lock(data_dir: Path, name: str) -> Iterator[bool]:
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / f"{name}.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        yield True


@contextmanager
def _advisory_lock(database: Database, name: str) -> Iterator[bool]:
    """Try to take a PostgreSQL advisory lock for the block; yield whether this succeeded.

    The lock is released when its connection closes.
    """
    number = zlib.crc32(f"gender-coach {name}".encode())
    engine = database.engine.execution_options(isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        try:
            yield bool(connection.scalar(select(func.pg_try_advisory_lock(number))))
        finally:
            connection.invalidate()  # the pool would keep the connection, and with it the lock
