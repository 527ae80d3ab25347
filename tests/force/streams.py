"""Many clients follow one run: all receive its end, and pages remain responsive."""

from __future__ import annotations

import asyncio
import time

import httpx

from api.http.urls import API
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds, served

TIMES = 100
MUST = "every stream receives the end, 0 errors in other requests"
_OTHER_REQUESTS = 100
_ANSWER_SECONDS = 60.0
_OPEN_WITHIN_SECONDS = 60.0
_END = "event: end"


def measure(times: int, database: str) -> Figure:
    """Follow a queued run with `times` streams, send other requests, and cancel the run."""
    started = time.monotonic()
    with deployment(database) as world:
        cycle_id, token = world.cycle(), world.manager_token()
        with served(world, None, "--no-worker") as server:
            before = server.resident_mebibytes()
            ended, beside, errors = asyncio.run(_follow(server.address, cycle_id, token, times))
            after = server.resident_mebibytes()
    beside.sort()
    return Figure(
        f"{times} concurrent streams of one run, {database}",
        f"{ended} received the end; {len(beside)} other requests, longest "
        f"{beside[-1] * 1000:.0f} ms, {errors} errors; "
        f"{before:.0f} MiB resident before, {after:.0f} after, {seconds(started)}",
        MUST,
        ended == times and not errors,
    )


async def _follow(
    address: str, cycle_id: str, token: str, times: int
) -> tuple[int, list[float], int]:
    """Return the number of completed streams, and the times and errors of other requests."""
    limits = httpx.Limits(max_connections=times + 10)
    bearer = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        base_url=address, headers=bearer, timeout=_ANSWER_SECONDS, limits=limits
    ) as client:
        run = (await client.post(f"{API}/cycles/{cycle_id}/runs")).raise_for_status().json()["id"]
        opened = asyncio.Semaphore(0)

        async def one() -> bool:
            async with client.stream("GET", f"{API}/runs/{run}/events") as stream:
                opened.release()
                return any([line == _END async for line in stream.aiter_lines()])

        followers = [asyncio.create_task(one()) for _ in range(times)]
        async with asyncio.timeout(_OPEN_WITHIN_SECONDS):
            for _ in range(times):
                await opened.acquire()
        beside, errors = [], 0
        for _ in range(_OTHER_REQUESTS):
            sent_at = time.perf_counter()
            errors += not (await client.get(f"{API}/cycles/{cycle_id}")).is_success
            beside.append(time.perf_counter() - sent_at)
        (await client.post(f"{API}/runs/{run}/cancel")).raise_for_status()
        return sum(await asyncio.gather(*followers)), beside, errors


if __name__ == "__main__":
    command("Concurrent streams", measure, TIMES, DATABASES)
