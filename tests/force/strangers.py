"""A coach's page during a flood of sign-ins, and `/healthz` behind stalled connections."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack, suppress
from http import HTTPStatus

import httpx

from api.http import urls
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.force.measuring import SQLITE, command, deployment, seconds, served

TIMES = 300
MUST = "p95 under 100 ms, 0 errors; /healthz answers behind 1,100 stalled connections"
_P95_SECONDS = 0.1
_CLIENTS = 60
_STALLED = 1100
_INTERVAL_SECONDS = 0.1
_WARM_UP = 5
_ANSWER_SECONDS = 30.0
_HEADERS = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n"


def measure(times: int, database: str) -> Figure:
    """Open a coach's page `times` times, ten times a second, while 60 clients post passwords."""
    started = time.monotonic()
    with deployment(database) as world:
        page = urls.person(coach_link(world))
        with served(world, None, "--no-worker") as server:
            alone, _, _ = asyncio.run(open_page(server.address, page, times, 0))
            latencies, errors, hammered = asyncio.run(
                open_page(server.address, page, times, _CLIENTS)
            )
            healthy = healthy_behind(server.address, _STALLED)
    p50, p95 = (latencies[int(len(latencies) * share)] for share in (0.5, 0.95))
    return Figure(
        f"{times} views of a coach's page, {_CLIENTS} clients at the sign-in, {database}",
        f"p50 {p50 * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms (alone "
        f"{alone[int(len(alone) * 0.95)] * 1000:.0f} ms), {errors} errors; {hammered} attempts "
        f"to sign in; /healthz {'answered' if healthy else 'did not answer'} behind {_STALLED} "
        f"stalled connections, {seconds(started)}",
        MUST,
        p95 < _P95_SECONDS and not errors and healthy,
    )


def coach_link(world: World) -> str:
    """Return the secret of a coach's link in a published cycle."""
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-1"}))
    return world.link(cycle_id, "K-1").secret


async def open_page(
    address: str, page: str, times: int, clients: int
) -> tuple[list[float], int, int]:
    """Return a page's sorted response times, its errors, and the number of sign-in attempts."""
    limits = httpx.Limits(max_connections=clients + 1)
    async with httpx.AsyncClient(
        base_url=address, timeout=_ANSWER_SECONDS, limits=limits
    ) as client:
        for _ in range(_WARM_UP):
            (await client.get(page)).raise_for_status()
        attempts = [asyncio.create_task(_hammer(address, number)) for number in range(clients)]
        latencies, errors = [], 0
        for _ in range(times):
            sent_at = time.perf_counter()
            errors += (await client.get(page)).status_code != HTTPStatus.OK
            latencies.append(time.perf_counter() - sent_at)
            await asyncio.sleep(_INTERVAL_SECONDS)
        for attempt in attempts:
            attempt.cancel()
        counts = await asyncio.gather(*attempts)
    return sorted(latencies), errors, sum(counts)


async def _hammer(base: str, number: int) -> int:
    """Post wrong passwords without a pause until cancelled; return the number of responses."""
    address, _, port = base.removeprefix("http://").partition(":")
    body = f"name=manager{number % 7}&password=wrong&code=000000"
    request = (
        f"POST {urls.SIGN_IN} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    ).encode()
    count = 0
    with suppress(asyncio.CancelledError):
        while True:
            reader, writer = await asyncio.open_connection(address, int(port))
            try:
                writer.write(request)
                count += bool(await reader.read())
            finally:
                writer.close()
    return count


def healthy_behind(address: str, count: int) -> bool:
    """Open connections that never complete their headers; return whether `/healthz` answers."""
    host, _, port = address.removeprefix("http://").partition(":")
    with ExitStack() as stack:
        for _ in range(count):
            stalled = stack.enter_context(socket.create_connection((host, int(port)), timeout=10))
            stalled.sendall(_HEADERS)
        return httpx.get(f"{address}/healthz", timeout=10).is_success


if __name__ == "__main__":
    command("Strangers", measure, TIMES, (SQLITE,))
