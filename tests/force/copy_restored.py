"""A backup of a 100 MB database while another process writes to it, and its restoration."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from sqlalchemy import func, select

from api.audit_trail import verification
from api.cycles.rows import CycleRow
from api.database.engine import Database
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds
from tests.force.victims import Victim, create_cycles

TIMES = 100
MUST = "each under 10 s per 100 MB, nothing lost, backup unreadable without its key"
_MOST_SECONDS_A_100_MB = 10.0
_MEGABYTE = 1_000_000
_FIRST_WITHIN_SECONDS = 20.0


def measure(times: int, database: str) -> Figure:
    """Fill a database with `times` MB, back it up during writes, and restore it."""
    started = time.monotonic()
    with deployment(database) as world:
        data = world.services.settings.data_dir
        copy = data.parent / "copy"
        _fill(world, times)
        writer = Victim(create_cycles, world.services.settings)
        writer.wait_for_first(_FIRST_WITHIN_SECONDS)
        before = _cycles(world)
        backup_seconds, backup_used = _timed("backup", "--to", str(copy), world=world)
        writer.kill()
        size = copy.stat().st_size / _MEGABYTE
        readable = b"Coachee 1" in copy.read_bytes()
        world.database.close()
        restore_seconds, restore_used = _timed("restore", str(copy), "--force", world=world)
        restored = Database(world.services.settings.database_url)
        with restored.reading() as tx:
            kept = tx.scalar(select(func.count()).select_from(CycleRow)) or 0
            whole = verification.verify(tx, world.services.keyring).first_broken is None
        restored.close()
        previous_databases = list(Path(data).glob("*.before-*"))
    allowed = _MOST_SECONDS_A_100_MB * max(1.0, size / 100)
    return Figure(
        f"backup of {size:.0f} MB, {database}",
        f"backup {backup_seconds:.1f} s ({backup_used:.1f} s of processor time) during writes, "
        f"restore {restore_seconds:.1f} s ({restore_used:.1f} s), "
        f"{max(0, before - kept)} of {before} cycles lost, "
        f"audit trail {'intact' if whole else 'BROKEN'}, {seconds(started)}",
        MUST,
        max(backup_seconds, restore_seconds) < allowed
        and kept >= before
        and whole
        and not readable
        and bool(previous_databases),
    )


def _fill(world: World, megabytes: int) -> None:
    """Add cycles with long comments in their files until the database has the requested size."""
    remark = "# " + os.urandom(_MEGABYTE // 2).hex()[: _MEGABYTE - 2] + "\n"
    for _ in range(megabytes):
        cycle_id = world.cycle()
        with world.database.writing() as tx:
            tx.get_one(CycleRow, cycle_id).source += remark


def _cycles(world: World) -> int:
    with world.database.reading() as tx:
        return tx.scalar(select(func.count()).select_from(CycleRow)) or 0


def _timed(*words: str, world: World) -> tuple[float, float]:
    """Run a command; return the wall-clock and processor seconds it takes, including startup."""
    settings = world.services.settings
    started, used = time.monotonic(), _used_by_children()
    subprocess.run(
        [sys.executable, "-m", "api", *words, "--data", str(settings.data_dir)],
        env=os.environ | {"DATABASE_URL": settings.database_url},
        stdout=subprocess.DEVNULL,
        check=True,
    )
    return time.monotonic() - started, _used_by_children() - used


def _used_by_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    command("Backup and restore (MB)", measure, TIMES, DATABASES)
