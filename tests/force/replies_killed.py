"""Readers of the drop folder killed by SIGKILL: each email must be recorded exactly once."""

from __future__ import annotations

import random
import time
from pathlib import Path

from sqlalchemy import select

from api.replies.reading.mail_structure import message_digest
from api.replies.rows import IncomingMailRow
from tests.api.conftest import World
from tests.api.replies.incoming import Correspondence
from tests.api.replies.mail_shapes import CLIENTS, bounce, exchange_counter, vacation, written
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds
from tests.force.victims import Victim, read_replies

TIMES = 10_000
MUST = "0 of all emails lost, 0 recorded twice; read in under 60 s for 10,000"
_EMAILS_A_KILL = 200
_LONGEST_LIFE_SECONDS = 0.4
_SECONDS_AN_EMAIL = 60 / 10_000
_START_SECONDS = 10.0  # of a process


def measure(times: int, database: str) -> Figure:
    """Write `times` emails of mixed kinds, kill readers, then measure an undisturbed reader."""
    started = time.monotonic()
    with deployment(database) as world:
        digests = _write_emails(world, 2 * times)
        folder = folder_of(world)
        waiting = sorted(folder.iterdir())[times:]
        for path in waiting:
            path.rename(path.with_suffix(".later"))
        kills = _kill_readers(world, max(3, times // _EMAILS_A_KILL))
        _read_all(world)
        for path in waiting:
            path.with_suffix(".later").rename(path)
        begun = time.monotonic()
        _read_all(world)
        lasted = time.monotonic() - begun
        with world.database.reading() as tx:
            recorded = list(tx.scalars(select(IncomingMailRow.digest)))
    lost, twice = len(digests - set(recorded)), len(recorded) - len(set(recorded))
    return Figure(
        f"{times} emails, readers killed {kills} times, {database}",
        f"{lost} lost, {twice} twice; {times} read undisturbed in {lasted:.1f} s, "
        f"{seconds(started)}",
        MUST,
        not lost and not twice and lasted < _START_SECONDS + times * _SECONDS_AN_EMAIL,
    )


def folder_of(world: World) -> Path:
    """Return the drop folder of a deployment."""
    return world.services.settings.data_dir.parent / "replies"


def _write_emails(world: World, count: int) -> set[str]:
    about, folder = Correspondence.of(world).about(), folder_of(world)
    folder.mkdir()
    answers = ("ACCEPTED", "DECLINED", "TENTATIVE")
    digests = set()
    for number in range(count):
        one = about.but(message_id=f"{number}@x", partstat=answers[number % 3])
        kinds = [*CLIENTS.values(), vacation, bounce, exchange_counter]
        kind = number % (len(kinds) + 1)
        raw = kinds[kind](one) if kind < len(kinds) else written(one, "perhaps")
        (folder / f"{number:06}.eml").write_bytes(raw)
        digests.add(message_digest(raw))
    return digests


def _kill_readers(world: World, times: int) -> int:
    rng = random.Random(20_270_119)
    for _ in range(times):
        reader = Victim(read_replies, world.services.settings)
        time.sleep(rng.uniform(0, _LONGEST_LIFE_SECONDS))
        reader.kill()
    return times


def _read_all(world: World) -> None:
    reader = Victim(read_replies, world.services.settings)
    while reader.at_work and any(folder_of(world).glob("*.eml")):
        time.sleep(0.02)
    reader.kill()


if __name__ == "__main__":
    command("Readers of replies killed at random", measure, TIMES, DATABASES)
