"""Writers killed by SIGKILL: every acknowledged commit must be stored completely."""

from __future__ import annotations

import random
import time

from sqlalchemy import func, select, text

from api.audit_trail import verification
from api.cycles.rows import CycleRow
from api.participants.rows import PersonRow
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds
from tests.force.victims import COACHEES, COACHES, Victim, create_cycles

TIMES = 500
MUST = "0 acknowledged commits lost, 0 incomplete, 0 corrupt"
_FIRST_WITHIN_SECONDS = 20.0
_LONGEST_LIFE_SECONDS = 0.5
_ACTS_A_CYCLE = 3


def measure(times: int, database: str) -> Figure:
    """Kill pairs of concurrent writers, and check the database after each pair."""
    started = time.monotonic()
    rng = random.Random(20_270_119)
    acknowledged: set[str] = set()
    corrupt = killed = 0
    with deployment(database) as world:
        while killed < times:
            writers = [Victim(create_cycles, world.services.settings) for _ in "ab"]
            writers[0].wait_for_first(_FIRST_WITHIN_SECONDS)
            for writer in writers:
                time.sleep(rng.uniform(0, _LONGEST_LIFE_SECONDS))
                acknowledged |= writer.kill()
                killed += 1
            corrupt += not is_sound(world)
        kept, halves, trail = _left(world)
    lost = len(acknowledged - kept)
    return Figure(
        f"writer killed {killed} times, {database}",
        f"{lost} lost, {halves} incomplete, {corrupt} corrupt, audit trail {trail}; "
        f"{len(acknowledged)} acknowledged commits, {seconds(started)}",
        MUST,
        not lost and not halves and not corrupt and trail == "intact" and bool(acknowledged),
    )


def is_sound(world: World) -> bool:
    """Return whether a SQLite file is intact and has no dangling references.

    PostgreSQL has no such check; instead, all rows are read at the end.
    """
    if not world.database.is_sqlite:
        return True
    with world.database.reading() as tx:
        findings = tx.execute(text("PRAGMA integrity_check")).scalars().all()
        broken = tx.execute(text("PRAGMA foreign_key_check")).all()
    return findings == ["ok"] and not broken


def _left(world: World) -> tuple[set[str], int, str]:
    """Return the stored cycles, the number of incomplete ones, and the audit trail's state."""
    whole = select(PersonRow.cycle_id).group_by(PersonRow.cycle_id)
    whole = whole.having(func.count() == COACHEES + COACHES)
    with world.database.reading() as tx:
        kept = set(tx.scalars(select(CycleRow.id)))
        halves = len(kept ^ set(tx.scalars(whole)))
        report = verification.verify(tx, world.services.keyring)
    fits = report.first_broken is None and report.rows == _ACTS_A_CYCLE * len(kept)
    return kept, halves, "intact" if fits else "BROKEN"


if __name__ == "__main__":
    command("Writers killed at random", measure, TIMES, DATABASES)
