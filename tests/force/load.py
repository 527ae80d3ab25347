"""Response times of requests that are sent at a fixed rate, even if the server cannot keep up.

Response times are measured from when a request was due. If the server stalls for a second, the
waiting time of all requests due in that second is therefore included.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import random
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from api.http.principal import AccessRole, Principal
from api.session_reports import records
from api.sessions import schedule
from api.sessions.schedule import SessionDetails, own_session
from coach.feedback import SharedRecord
from coach.sessions import Attendance
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds, served

TIMES = 60_000
A_SECOND = 200
MUST = "p99 under 250 ms, 0 errors"
_P99_SECONDS = 0.25
_WRITES = 0.2
_COACHEES, _COACHES = 60, 20
_WARM_UP = 50
_LINES = 200
_LENGTH = re.compile(rb"(?i)content-length: (\d+)")
_ANSWER_SECONDS = 30.0
_API = "/api/v1"


@dataclass(frozen=True)
class Person:
    """A coachee's secret link and one of the coachee's sessions."""

    secret: str
    session_id: str


def measure(times: int, database: str) -> Figure:
    """Send `times` requests at a rate of 200 per second; a fifth of them are writes."""
    started = time.monotonic()
    with deployment(database) as world:
        people = _people(world)
        with served(world, None, "--no-worker") as server:
            asyncio.run(_send(server.address, people, _WARM_UP, _WARM_UP))
            worked, resident = server.processor_seconds(), server.resident_mebibytes()
            latencies, errors = asyncio.run(_send(server.address, people, times, A_SECOND))
            worked = server.processor_seconds() - worked
            grown = server.resident_mebibytes() - resident
    latencies.sort()
    p50, p99 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.99))
    return Figure(
        f"{times} requests, {A_SECOND} per second, a fifth of them writes, {database}",
        f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {latencies[-1] * 1000:.0f} ms, "
        f"{errors} errors, {worked / times * 1000:.1f} ms of processor time each, "
        f"{resident:.0f} MiB resident before and {grown:.0f} more after, {seconds(started)}",
        MUST,
        p99 < _P99_SECONDS and not errors,
    )


def _people(world: World) -> list[Person]:
    """Publish a cycle, record sessions as held, and return the coachees."""
    cycle_id = world.cycle(_COACHEES, _COACHES)
    pairs = {f"C-{n}": f"K-{n % _COACHES + 1}" for n in range(1, _COACHEES + 1)}
    world.published(cycle_id, world.result(pairs))
    with world.database.reading() as tx:
        session_of = {one.coachee.code: one for one in schedule.cycle_schedule(tx, cycle_id)}
    for session in session_of.values():
        record_as_held(world, session)
    return [Person(world.link(cycle_id, code).secret, session_of[code].id) for code in pairs]


def record_as_held(world: World, session: SessionDetails) -> None:
    """Record that a session was held today, so that its coachee can give feedback."""
    now = world.services.now()
    held = SharedRecord(session_date=now.date(), attendance=Attendance.HELD, topic="a topic")
    coach = Principal(AccessRole.COACH, person_id=session.coach.id)
    with world.database.writing() as tx:
        records.store_record(tx, coach, own_session(tx, coach, session.id), held, now=now)


async def _send(
    address: str, people: list[Person], times: int, a_second: int
) -> tuple[list[float], int]:
    """Send requests; return each latency in seconds from the due time, and the number of errors."""
    latencies: list[float] = []
    errors = 0
    connections = ConnectionPool(address)

    async def one(due: float, request: bytes) -> None:
        nonlocal errors
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                errors += await connections.status_of(request) != HTTPStatus.OK
        except (OSError, EOFError, TimeoutError):
            errors += 1
        latencies.append(time.perf_counter() - due)

    started = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for number, request in enumerate(itertools.islice(_requests(people), times)):
            due = started + number / a_second
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            group.create_task(one(due, request))
    connections.close()
    return latencies, errors


class ConnectionPool:
    """A pool of persistent connections, one for each concurrent request.

    A full-featured HTTP client uses as much processor time as the server, and more when responses
    are slow, which would distort the measurement. This client only reads the responses.
    """

    def __init__(self, address: str) -> None:
        self._place = urlsplit(address)
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []
        self._most = asyncio.Semaphore(_LINES)

    async def status_of(self, request: bytes) -> int:
        """Send a request, read the response, and return its status code."""
        async with self._most:
            if self._free:
                reader, writer = self._free.pop()
            else:
                host, port = self._place.hostname, self._place.port
                reader, writer = await asyncio.open_connection(host, port)
            try:
                writer.write(request)
                head = await reader.readuntil(b"\r\n\r\n")
                await reader.readexactly(int(_LENGTH.findall(head)[0]))
            except BaseException:
                writer.close()
                raise
            self._free.append((reader, writer))
            return int(head.split(b" ", 2)[1])

    def close(self) -> None:
        """Close all idle connections."""
        for _, writer in self._free:
            writer.close()


def _requests(people: list[Person]) -> Iterator[bytes]:
    """Yield an endless sequence of typical requests: to view sessions, and to give feedback."""
    rng = random.Random(20_270_122)
    while True:
        person = rng.choice(people)
        session = f"{_API}/sessions/{person.session_id}"
        if rng.random() < _WRITES:
            feedback = {
                "attendance": "held",
                "answers": {"useful": rng.randint(1, 4)},
                "text": "as agreed",
            }
            yield _request("PUT", f"{session}/feedback", person, json.dumps(feedback))
        else:
            place = rng.choice([f"{_API}/me/sessions", session, f"/p/{person.secret}"])
            yield _request("GET", place, person, "")


def _request(method: str, place: str, person: Person, body: str) -> bytes:
    about = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n" if body else ""
    return (
        f"{method} {place} HTTP/1.1\r\nHost: localhost\r\n"
        f"Authorization: Bearer {person.secret}\r\n{about}\r\n{body}"
    ).encode()


if __name__ == "__main__":
    command("Load", measure, TIMES, DATABASES)
