"""Several servers and workers on one PostgreSQL, killed at random: nothing lost, nothing twice."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
import time
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import func, select

from api.jobs.slot import SlotTakenError, slot
from api.settings import Settings
from api.store.database import Database
from api.store.run_rows import PlanRow, RunRow, RunState

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import PostgresServer, World

API = "/api/v1"
CYCLES = 3


class Fleet:
    """Processes of one deployment; each can be killed, and is then started again."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.ports: dict[str, int] = {}

    def start(self, name: str) -> None:
        kind, _, number = name.partition("-")
        if kind == "server":
            if name not in self.ports:
                self.ports[name] = _free_port()
            options = ["serve", "--no-worker", "--port", str(self.ports[name])]
        else:
            options = ["worker", "--slot", number]
        self.running[name] = subprocess.Popen(
            [sys.executable, "-m", "api", *options, "--data", str(self._settings.data_dir)],
            env=os.environ | {"DATABASE_URL": self._settings.database_url},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, name: str) -> None:
        os.kill(self.running[name].pid, signal.SIGKILL)
        self.running[name].wait()

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def settings(tmp_path: Path, postgres: PostgresServer) -> Settings:
    return Settings(data_dir=tmp_path / "data", database_url=postgres.new_database())


@pytest.fixture
def fleet(world: World) -> Iterator[Fleet]:
    fleet = Fleet(world.services.settings)
    yield fleet
    fleet.stop()


def _post(fleet: Fleet, path: str, bearer: dict[str, str]) -> httpx.Response:
    """Ask whichever server answers; a killed one is away for a while."""
    ends = time.monotonic() + 60
    while time.monotonic() < ends:
        for port in fleet.ports.values():
            try:
                return httpx.post(f"http://127.0.0.1:{port}{path}", headers=bearer, timeout=10)
            except httpx.TransportError:
                time.sleep(0.1)
    pytest.fail("no server answers")


def test_killed_at_random_no_run_is_lost_or_done_twice(world: World, fleet: Fleet) -> None:
    rng = random.Random(11)
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    for name in ("server-1", "server-2", "worker-1", "worker-2"):
        fleet.start(name)
    asked = []
    for _ in range(CYCLES):
        answer = _post(fleet, f"{API}/cycles/{world.cycle()}/runs", bearer)
        assert answer.status_code == HTTPStatus.ACCEPTED
        asked.append(answer.json()["id"])
        victim = rng.choice(sorted(fleet.running))
        fleet.kill(victim)
        fleet.start(victim)
    ends = time.monotonic() + 120
    states: dict[str, RunState] = {}
    while set(states.values()) != {RunState.FINISHED} and time.monotonic() < ends:
        time.sleep(0.3)
        with world.database.reading() as tx:
            states = dict(tx.execute(select(RunRow.id, RunRow.state)).all())
    assert states == dict.fromkeys(asked, RunState.FINISHED)
    with world.database.reading() as tx:
        plans = tx.execute(select(PlanRow.run_id, func.count()).group_by(PlanRow.run_id)).all()
    assert dict(map(tuple, plans)) == dict.fromkeys(asked, 1)


def test_a_slot_is_held_by_one_process_on_whatever_machine(world: World, tmp_path: Path) -> None:
    elsewhere = Database(world.services.settings.database_url)
    with slot(world.database, tmp_path / "here", "worker@7"):
        with (
            pytest.raises(SlotTakenError, match="worker@7"),
            slot(elsewhere, tmp_path / "there", "worker@7"),
        ):
            pass
        with slot(elsewhere, tmp_path / "there", "worker@8"):
            pass
    with slot(elsewhere, tmp_path / "there", "worker@7"):
        pass
    elsewhere.close()
