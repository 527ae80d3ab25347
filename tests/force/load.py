"""Requests at a fixed rate, whether or not the server keeps up: how long each took to be answered.

A request counts from the moment it was due, so that a server that stops for a second is not spared
the waiting of all who came meanwhile.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from api.workflows import schedule, statements
from api.workflows.schedule import SessionView
from api.workflows.viewer import AccessRole, Viewer
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
_ANSWER_SECONDS = 30.0
_API = "/api/v1"


@dataclass(frozen=True)
class Person:
    """A coachee: the secret link, and a session of theirs."""

    secret: str
    session_id: str


def measure(times: int, database: str) -> Figure:
    """Send `times` requests, 200 a second, a fifth of them writes."""
    begun = time.monotonic()
    with deployment(database) as world:
        people = _people(world)
        with served(world, None, "--no-worker") as server:
            asyncio.run(_send(server.address, people, _WARM_UP, _WARM_UP))
            worked = server.processor_seconds()
            taken, errors = asyncio.run(_send(server.address, people, times, A_SECOND))
            worked = server.processor_seconds() - worked
    taken.sort()
    p50, p99 = (taken[int(len(taken) * share)] for share in (0.5, 0.99))
    return Figure(
        f"{times} requests, {A_SECOND} a second, a fifth writes, {database}",
        f"p50 {p50 * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms, longest {taken[-1] * 1000:.0f} ms, "
        f"{errors} errors, {worked / times * 1000:.1f} ms of processor each {seconds(begun)}",
        MUST,
        p99 < _P99_SECONDS and not errors,
    )


def _people(world: World) -> list[Person]:
    """Everybody of a published cycle, two sessions each."""
    cycle_id = world.cycle(_COACHEES, _COACHES)
    pairs = {f"C-{n}": f"K-{n % _COACHES + 1}" for n in range(1, _COACHEES + 1)}
    world.published(cycle_id, world.result(pairs))
    with world.database.reading() as tx:
        session_of = {one.coachee.code: one for one in schedule.cycle_schedule(tx, cycle_id)}
    for session in session_of.values():
        record_as_held(world, session)
    return [Person(world.link(cycle_id, code).secret, session_of[code].id) for code in pairs]


def record_as_held(world: World, session: SessionView) -> None:
    """Let the coach say that a session was held today, so that its coachee may give feedback."""
    now = world.services.now()
    held = SharedRecord(session_date=now.date(), attendance=Attendance.HELD, topic="a topic")
    coach = Viewer(AccessRole.COACH, person_id=session.coach.id)
    with world.database.writing() as tx:
        statements.submit_record(tx, coach, session.id, held, now=now)


async def _send(
    address: str, people: list[Person], times: int, a_second: int
) -> tuple[list[float], int]:
    """Seconds from the moment each request was due, and how many were not answered well."""
    taken: list[float] = []
    errors = 0
    limits = httpx.Limits(max_connections=200, max_keepalive_connections=200)

    async with httpx.AsyncClient(
        base_url=address, timeout=_ANSWER_SECONDS, limits=limits
    ) as client:

        async def one(due: float, request: dict[str, Any]) -> None:
            nonlocal errors
            try:
                errors += not (await client.request(**request)).is_success
            except httpx.HTTPError:
                errors += 1
            taken.append(time.perf_counter() - due)

        begun = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for number, request in enumerate(itertools.islice(_requests(people), times)):
                due = begun + number / a_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(one(due, request))
    return taken, errors


def _requests(people: list[Person]) -> Iterator[dict[str, Any]]:
    """What people do: look at their sessions, at one of them, as page or JSON; give feedback."""
    rng = random.Random(20_270_122)
    while True:
        person = rng.choice(people)
        session = f"{_API}/sessions/{person.session_id}"
        bearer = {"Authorization": f"Bearer {person.secret}"}
        if rng.random() < _WRITES:
            said = {"attendance": "held", "rating": rng.randint(1, 4), "text": "as agreed"}
            yield {
                "method": "PUT",
                "url": f"{session}/feedback",
                "json": said,
                "headers": bearer,
            }
        else:
            place = rng.choice([f"{_API}/me/sessions", session, f"/p/{person.secret}"])
            yield {"method": "GET", "url": place, "headers": bearer}


if __name__ == "__main__":
    command("Load", measure, TIMES, DATABASES)
