"""Workers killed by SIGKILL while sending: no message is lost, at most one duplicate per kill."""

from __future__ import annotations

import random
import re
import time
from bisect import bisect_right
from collections import Counter
from dataclasses import replace
from datetime import timedelta

from sqlalchemy import func, select

from api.background.queue import JobQueue
from api.cycles import service as cycles
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.invitations.dispatch import release_messages
from api.job_types import JOB_TYPES
from api.mail.rows import MailRow, MailState
from api.mail.settings import MailSettings
from api.participants import upload
from api.participants.rows import Side
from api.settings import Settings
from tests.api.conftest import CYCLE_TOML, NOW, World
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds
from tests.force.victims import Victim, send_mails
from tests.mail_server import MailServer, Taken, mail_server

TIMES = 10_000
MUST = "0 lost, at most 1 duplicate per kill"
_KILLS_A_THOUSAND = 5
_FEWEST_KILLS = 2
_SESSIONS = 20
_A_PAIR = 2 * _SESSIONS  # each session has two participants
_DOMAINS = 40
_START_SECONDS = 120.0
_LONGEST_SECONDS = 3 * 3600.0
_STALLED_SECONDS = 180.0
_ID = re.compile(rb"^Message-ID: <([^>]+)>", re.MULTILINE)
_WEEK = "Mon 09:00-16:00"


def measure(times: int, database: str) -> Figure:
    """Send `times` invitations while killing the worker at random times."""
    started = time.monotonic()
    rng = random.Random(20_270_124)
    kills = max(_FEWEST_KILLS, times * _KILLS_A_THOUSAND // 1000)
    pairs = max(1, times // _A_PAIR)
    with deployment(database) as world, mail_server() as server:
        settings = world.services.settings.model_copy(update={"mail": server.settings})
        _release(world, pairs)
        borders = _send_with_kills(settings, server, rng, kills, pairs * _A_PAIR)
        _send_the_rest(world, settings, server)
        unsent = _unsent(world)
    lost, twice, most = verdict(server.taken, borders, pairs * _A_PAIR)
    return Figure(
        f"worker sending {pairs * _A_PAIR} invitations killed {len(borders)} times, {database}",
        f"{lost} lost, {twice} duplicates, at most {most} per kill, {unsent} not marked as sent, "
        f"{seconds(started)}",
        MUST,
        not lost and most <= 1 and not unsent and len(borders) == kills,
    )


def verdict(taken: list[Taken], borders: list[int], wanted: int) -> tuple[int, int, int]:
    """Return the numbers of lost messages and duplicates, and the most duplicates per kill.

    `borders` contains the number of messages that had arrived at each kill. A duplicate is
    attributed to the first kill after the previous copy arrived. A duplicate without a kill in
    between counts as `len(taken)` duplicates.
    """
    last: dict[bytes, int] = {}
    caused: Counter[int] = Counter()
    for number, one in enumerate(taken):
        found = _ID.search(one.content)
        identifier = found[1] if found else b""
        if identifier in last:
            kill = bisect_right(borders, last[identifier])
            provoked = kill < len(borders) and borders[kill] <= number
            caused[kill] += 1 if provoked else len(taken)
        last[identifier] = number
    twice = len(taken) - len(last)
    return wanted - len(last), twice, max(caused.values(), default=0)


def _send_with_kills(
    settings: Settings, server: MailServer, rng: random.Random, kills: int, wanted: int
) -> list[int]:
    """Start and kill workers; return how many messages had been accepted at each kill."""
    borders: list[int] = []
    ends = time.monotonic() + _LONGEST_SECONDS
    for number in range(kills):
        worker = Victim(send_mails, settings)
        worker.wait_for_first(_START_SECONDS)
        left = wanted - len(server.taken)
        some = rng.randint(1, max(1, 2 * left // (kills - number + 1)))
        _wait_for(server, len(server.taken) + min(some, max(1, left - 1)), ends)
        if number % 2:
            time.sleep(rng.uniform(0, 0.05))
        worker.kill()
        borders.append(len(server.taken))
    return borders


def _send_the_rest(world: World, settings: Settings, server: MailServer) -> None:
    """Let a worker send the remaining messages until it is finished or makes no progress."""
    worker = Victim(send_mails, settings)
    before, moved = -1, time.monotonic()
    while _unsent(world) and time.monotonic() < moved + _STALLED_SECONDS:
        time.sleep(0.5)
        if len(server.taken) != before:
            before, moved = len(server.taken), time.monotonic()
    worker.kill()


def _wait_for(server: MailServer, number: int, ends: float) -> None:
    """Wait until `number` messages are accepted, `ends` has passed, or there is no progress."""
    before, moved = len(server.taken), time.monotonic()
    while len(server.taken) < number and time.monotonic() < min(ends, moved + _STALLED_SECONDS):
        time.sleep(0.0005)
        if len(server.taken) != before:
            before, moved = len(server.taken), time.monotonic()


def _release(world: World, pairs: int) -> None:
    """Publish a cycle with the given number of pairs, and release its invitations."""
    columns = "id,name,email,country,languages,availability,rank"

    def rows(letter: str, country: str, last: str) -> str:
        return "\n".join(
            f"{letter.upper()}-{n},{letter} {n},{letter}{n}@d{n % _DOMAINS}.example.org,"
            f"{country},en,{_WEEK},OF-5,{last}"
            for n in range(1, pairs + 1)
        )

    lists = parse_inputs(
        NamedFile("cycle.toml", CYCLE_TOML.encode()),
        NamedFile("coachees.csv", f"{columns},role\n{rows('c', 'RS', 'commander')}".encode()),
        NamedFile("coaches.csv", f"{columns},capacity\n{rows('k', 'SE', '1')}".encode()),
    )
    with world.database.writing() as tx:
        cycle_id = cycles.add_cycle(tx, lists.cycle, CYCLE_TOML, now=NOW).id
        upload.store_list(tx, cycle_id, Side.COACHEE, lists.roster.coachees, now=NOW)
        upload.store_list(tx, cycle_id, Side.COACH, lists.roster.coaches, now=NOW)
    matched = {f"C-{n}": f"K-{n}" for n in range(1, pairs + 1)}
    world.published(cycle_id, world.result(matched, sessions=_SESSIONS))
    queue = JobQueue(world.services.settings.database_url, JOB_TYPES)
    mail = MailSettings(host="127.0.0.1")
    settings = world.services.settings.model_copy(update={"mail": mail})
    services = replace(world.services, settings=settings, enqueue=queue)
    release_messages(services, cycle_id, NOW + timedelta(days=1))
    queue.close()


def _unsent(world: World) -> int:
    with world.database.reading() as tx:
        query = select(func.count()).where(MailRow.state != MailState.SENT)
        return tx.scalar(query) or 0


if __name__ == "__main__":
    command("Sending email, killed at random", measure, TIMES, DATABASES)
