"""Servers and workers on one PostgreSQL database: no run is lost if processes are killed."""

from __future__ import annotations

import random
import time
from collections import Counter
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

import httpx
import pytest
from sqlalchemy import select, text

from api.audit_trail.rows import AuditRow
from api.background.rows import TaskState
from api.background.worker_lease import (
    AdvisoryLock,
    WorkerLeaseHeldError,
    hold_worker_lease,
    lock_number,
)
from api.database.engine import Database
from api.runs.rows import PlanRow, RunRow
from api.settings import Settings
from tests.force.victims import OUTPUT, Victim, answer_requests, hold_slot
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from conftest import PostgresServer, World

pytestmark = pytest.mark.slow

API = "/api/v1"
SERVERS = ("server 1", "server 2")
WORKERS = ("worker@1", "worker@2", "worker@3")
_HANGS_SECONDS = 300.0  # a process that takes longer is considered to hang
_GOODBYE_SECONDS = 60.0
_END_SESSION = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND objid = :key"
)

Found = TypeVar("Found")


class Fleet:
    """The server and worker processes of a deployment, which can be killed and restarted."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running: dict[str, Victim] = {}
        self._addresses: dict[str, str] = {}

    def keep_up(self) -> None:
        """Start all processes that were killed, or that failed because a slot or port was busy."""
        for name in (*SERVERS, *WORKERS):
            if name not in self._running or not self._running[name].at_work:
                self.kill(name)
                self._running[name] = self._start(name)

    def kill(self, name: str) -> None:
        if name in self._running:
            self._running.pop(name).kill()

    def stop(self) -> None:
        for victim in self._running.values():
            victim.end(_GOODBYE_SECONDS)
            victim.kill()

    def wait_for(self, what: Callable[[], Found | None]) -> Found:
        """Restart killed processes until `what` returns a value that is not `None`; return it."""
        hangs = time.monotonic() + _HANGS_SECONDS
        while True:
            self.keep_up()
            found = what()
            if found is not None:
                return found
            assert time.monotonic() < hangs, (self._settings.data_dir / OUTPUT).read_text()
            time.sleep(0.05)

    def server(self, rng: random.Random) -> str | None:
        """Return the address of a server that responds, or `None`."""
        for address in rng.sample(sorted(self._addresses.values()), len(self._addresses)):
            try:
                httpx.get(f"{address}/readyz", timeout=_HANGS_SECONDS).raise_for_status()
            except httpx.TransportError:  # it was killed, or has not started yet
                continue
            return address
        return None

    def _start(self, name: str) -> Victim:
        if name in WORKERS:
            number = int(name.partition("@")[2])
            return Victim(partial(hold_slot, number=number), self._settings)
        port = free_port()
        self._addresses[name] = f"http://127.0.0.1:{port}"
        return Victim(partial(answer_requests, port=port), self._settings)


@pytest.fixture
def settings(tmp_path: Path, postgres: PostgresServer) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=postgres.new_database())


@pytest.fixture
def fleet(world: World) -> Iterator[Fleet]:
    fleet = Fleet(world.services.settings)
    yield fleet
    fleet.stop()


def _slot_at_work(world: World, run_id: str) -> str | None:
    """Return the slot of the worker that has started the run, or `None` if none has."""
    with world.database.reading() as tx:
        return tx.get_one(RunRow, run_id).slot


def _all_over(world: World) -> bool | None:
    with world.database.reading() as tx:
        states = tx.scalars(select(RunRow.state)).all()
    return True if all(state.is_final for state in states) else None


def test_killed_processes_neither_lose_nor_repeat_a_run(world: World, fleet: Fleet) -> None:
    """Both servers are killed, and the worker with the latest run is killed three times."""
    rng = random.Random(11)
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    run_ids = []
    for victim in rng.sample([*SERVERS, *WORKERS], 5):
        server = fleet.wait_for(lambda: fleet.server(rng))
        runs = f"{server}{API}/cycles/{world.cycle()}/runs"
        answer = httpx.post(runs, headers=bearer, timeout=_HANGS_SECONDS)
        assert answer.status_code == HTTPStatus.ACCEPTED
        run_id = answer.json()["id"]
        run_ids.append(run_id)
        slot_at_work = fleet.wait_for(lambda: _slot_at_work(world, run_id))  # noqa: B023 - evaluated in the same iteration
        fleet.kill(victim if victim in SERVERS else slot_at_work)
    fleet.wait_for(lambda: _all_over(world))

    with world.database.reading() as tx:
        rows = tx.execute(select(RunRow.id, RunRow.state, RunRow.attempts)).all()
        plans = Counter(tx.scalars(select(PlanRow.run_id)))
        ends = Counter(
            tx.scalars(select(AuditRow.object_id).where(AuditRow.action == "run finished"))
        )
    assert {row.id: row.state for row in rows} == dict.fromkeys(run_ids, TaskState.FINISHED)
    assert plans == ends == Counter(run_ids)
    assert any(row.attempts > 1 for row in rows), "no process was killed during a run"


def test_slot_can_be_leased_by_one_process_on_any_machine(world: World) -> None:
    elsewhere = Database(world.services.settings.database_url)
    with hold_worker_lease(world.database, "worker@7"):
        with (
            pytest.raises(WorkerLeaseHeldError, match="worker@7"),
            hold_worker_lease(elsewhere, "worker@7"),
        ):
            pass
        with hold_worker_lease(elsewhere, "worker@8"):
            pass
    with hold_worker_lease(elsewhere, "worker@7"):
        pass
    elsewhere.close()


def test_lease_is_released_if_the_process_that_holds_it_fails(world: World) -> None:
    elsewhere = Database(world.services.settings.database_url)
    with (
        pytest.raises(ZeroDivisionError),
        hold_worker_lease(world.database, "worker@7"),
    ):
        raise ZeroDivisionError
    with hold_worker_lease(elsewhere, "worker@7"):
        pass
    elsewhere.close()


def test_lost_lease_is_acquired_again_and_vanished_machines_lose_theirs_within_20_seconds(
    world: World,
) -> None:
    lease = AdvisoryLock(world.database, "worker@7")
    try:
        assert lease.acquire()
        with world.database.reading() as tx:
            tx.execute(_END_SESSION, {"key": lock_number("worker@7")})
        elsewhere = AdvisoryLock(world.database, "worker@7")
        assert elsewhere.acquire(), "the lease is free once its connection has ended"
        assert not lease.acquire()
        elsewhere.release()
        assert lease.acquire()
        assert not elsewhere.acquire()
        assert lease.connection is not None
        with world.database.reading() as tx:  # any other connection, which may hold the writer lock
            for ask in (lease.connection.scalar, tx.scalar):
                idle, interval, count = (
                    int(ask(text(f"SHOW tcp_keepalives_{name}")) or 0)
                    for name in ("idle", "interval", "count")
                )
                assert idle > 0
                assert idle + interval * count <= 20
    finally:
        lease.release()
