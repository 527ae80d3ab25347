"""Runs on a real worker: progress, cancellation, rejection, and resumption after a crash."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import deque
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select, update

from api.background.job_type import JobContext
from api.background.rows import TaskState
from api.child_processes.child_process import ChildEndedError, ChildProcess
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.policy_file import parse_policy_file
from api.input_files.source import NamedFile
from api.participants import upload
from api.participants.rows import Side
from api.runs import run_queue
from api.runs.frozen_input import RunInput, RunOptions, input_sha256
from api.runs.job import RunJob
from api.runs.rows import PlanRow, RunRow
from api.runs.solver_task import RunTask
from api.services import utc_now
from coach.people import Roster
from matching.records.result_file import parse_result
from matching.records.run_record import result_digest
from tests.api.conftest import ANY_VERSION
from tests.api.slow_cycle import SLOW_CYCLE, slow_lists
from tests.forked import forked_command
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from multiprocessing.process import BaseProcess

    from conftest import World

    from api.settings import Settings

API = "/api/v1"
_HANGS_SECONDS = 120.0


def _slow_cycle(client: httpx.Client) -> str:
    cycle_id: str = client.post(f"{API}/cycles", content=SLOW_CYCLE).json()["id"]
    assert client.put(
        f"{API}/cycles/{cycle_id}/people", files=slow_lists(), headers=ANY_VERSION
    ).is_success
    return cycle_id


def _events(client: httpx.Client, run_id: str, last_event_id: int = 0) -> list[dict[str, Any]]:
    """Return the name, id and data of each event in a stream until it ends."""
    events, event = [], {}
    headers = {"Last-Event-ID": str(last_event_id)}
    with client.stream("GET", f"{API}/runs/{run_id}/events", headers=headers) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        for line in stream.iter_lines():
            name, _, value = line.partition(": ")
            if not line and event:
                events.append(event)
                event = {}
            elif name:
                event[name] = json.loads(value) if name in {"data", "id"} else value
    return events


def _wait_for(
    client: httpx.Client, run_id: str, *states: str, seconds: float = 60
) -> dict[str, Any]:
    ends = time.monotonic() + seconds
    while True:
        run: dict[str, Any] = client.get(f"{API}/runs/{run_id}").json()
        if run["state"] in states:
            return run
        assert time.monotonic() < ends, run
        time.sleep(0.1)


def _wait_for_phase(client: httpx.Client, run_id: str, phase: str) -> None:
    """Wait until the progress of a run has reached `phase`."""
    with client.stream("GET", f"{API}/runs/{run_id}/events") as stream:
        assert any(f'"phase":"{phase}"' in line.replace(" ", "") for line in stream.iter_lines())


def test_run_can_be_followed_until_its_plan(world: World, working: httpx.Client) -> None:
    cycle_id = world.cycle()
    response = working.post(f"{API}/cycles/{cycle_id}/runs", json={"seed": 3, "workers": 1})
    assert response.status_code == HTTPStatus.ACCEPTED
    run_id = response.json()["id"]
    assert response.headers["location"] == f"{API}/runs/{run_id}"

    started, *events = _events(working, run_id)

    assert (started["event"], started["data"]["state"]) == ("state", "running")
    assert [event["event"] for event in events] == ["progress"] * (len(events) - 1) + ["end"]
    reports = [event["data"]["progress"] for event in events[:-1]]
    assert [event["id"] for event in events[:-1]] == list(range(1, len(events)))
    assert reports[-1]["phase"] == "done"
    assert "placed" in {moment["level"] for moment in reports}
    run = events[-1]["data"]
    assert run["state"] == "finished"
    plan = working.get(f"{API}/plans/{run['plan_id']}").json()
    assert plan["summary"]["state"] == "draft"
    assert plan["result"]["seed"] == 3
    assert len(plan["result"]["matches"]) == 3
    assert plan["result"]["matches"][0]["verdicts"][0]["because"]

    record = working.get(f"{API}/runs/{run_id}/record").json()
    assert record["run"]["parameters"] == {"seed": 3, "workers": 1, "time_limit_seconds": 300.0}
    assert record["run"]["levels"] == plan["result"]["levels"]
    assert set(record["run"]["inputs"]) == {"roster", "cycle"}
    assert record["run"]["trace"][-1]["phase"] == "done"
    assert len(record["clock"]["seconds"]) == len(record["run"]["trace"])
    result = parse_result(json.dumps(plan["result"]))
    assert record["run"]["result_sha256"] == result_digest(result)

    resumed = _events(working, run_id, last_event_id=2)
    assert resumed == events[2:]


@pytest.mark.slow
def test_pages_respond_during_a_run_and_cancelling_it_takes_seconds(working: httpx.Client) -> None:
    cycle_id = _slow_cycle(working)
    run_id = working.post(f"{API}/cycles/{cycle_id}/runs").json()["id"]
    _wait_for_phase(working, run_id, "matching")
    before = time.monotonic()
    assert working.get(f"{API}/cycles/{cycle_id}").is_success
    assert time.monotonic() - before < 1

    second = working.post(f"{API}/cycles/{cycle_id}/runs")
    assert second.status_code == HTTPStatus.CONFLICT
    assert run_id in second.json()["detail"]

    response = time.monotonic()
    assert working.post(f"{API}/runs/{run_id}/cancel").json()["cancelling"]
    _wait_for(working, run_id, "cancelled")
    assert time.monotonic() - response < 2
    assert working.get(f"{API}/cycles/{cycle_id}/plans").json() == []
    over = working.post(f"{API}/runs/{run_id}/cancel")
    assert over.status_code == HTTPStatus.CONFLICT


def test_run_without_a_feasible_result_fails_with_the_reason(
    world: World, working: httpx.Client
) -> None:
    cycle_id = world.cycle()
    too_short = b"[cycle]\nstart = 2027-01-18\nend = 2027-01-19\n[pins]\nC-1 = 'K-1'\n"
    assert working.put(
        f"{API}/cycles/{cycle_id}/policy", content=too_short, headers=ANY_VERSION
    ).is_success
    run_id = working.post(f"{API}/cycles/{cycle_id}/runs").json()["id"]
    run = _wait_for(working, run_id, "failed")
    assert run["failure"]["slug"] == "impossible-pins"
    assert "C-1 = K-1" in run["failure"]["detail"]


def test_queued_run_is_cancelled_immediately(world: World, office: httpx.Client) -> None:
    run_id = office.post(f"{API}/cycles/{world.cycle()}/runs").json()["id"]
    assert office.post(f"{API}/runs/{run_id}/cancel").json()["state"] == "cancelled"
    assert _events(office, run_id)[-1]["data"]["state"] == "cancelled"
    assert _recorded(office, run_id)[:2] == ["run cancelled", "run cancel asked for"]


@pytest.mark.parametrize(
    ("stored", "state"),
    [({"attempts": 5}, "failed"), ({"cancel_asked_at": utc_now()}, "cancelled")],
)
def test_run_that_ends_before_it_is_started_again_is_recorded(
    world: World, office: httpx.Client, stored: dict[str, object], state: str
) -> None:
    run_id = office.post(f"{API}/cycles/{world.cycle()}/runs").json()["id"]
    with world.database.writing() as tx:
        tx.execute(update(RunRow).where(RunRow.id == run_id).values(stored))
    RunJob(JobContext(world.services, "worker@1"))(run_id)
    assert office.get(f"{API}/runs/{run_id}").json()["state"] == state
    assert _recorded(office, run_id)[0] == f"run {state}"


def _recorded(office: httpx.Client, run_id: str) -> list[str]:
    """Return the actions on a run in the audit trail, latest first."""
    entries = office.get(f"{API}/audit", params={"object_id": run_id}).json()
    return [one["action"] for one in entries]


def test_run_requires_coachees_and_coaches(office: httpx.Client) -> None:
    cycle_id = office.post(f"{API}/cycles", content=SLOW_CYCLE).json()["id"]
    refused = office.post(f"{API}/cycles/{cycle_id}/runs")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "upload" in refused.json()["detail"]


def test_run_that_cannot_be_queued_is_not_stored(world: World) -> None:
    cycle_id = world.cycle()

    def broken(_tx: object, _run_id: str) -> None:
        raise RuntimeError("the queue is unavailable")

    def start() -> None:
        with world.database.writing() as tx:
            run_queue.queue_cycle_run(tx, broken, cycle_id, RunOptions(), now=world.services.now())

    with pytest.raises(RuntimeError):
        start()
    with world.database.reading() as tx:
        assert tx.scalar(select(RunRow)) is None


def test_run_uses_the_lists_at_the_time_of_its_request(world: World) -> None:
    cycle_id = world.cycle()
    with world.database.writing() as tx:
        run = run_queue.queue_cycle_run(
            tx, world.services.enqueue, cycle_id, RunOptions(), now=world.services.now()
        )
        upload.store_list(tx, cycle_id, Side.COACHEE, [], now=world.services.now())
        frozen = RunInput.model_validate_json(tx.get_one(RunRow, run.id).input)
    assert len(frozen.roster.coachees) == 3


def test_equal_input_has_the_same_digest_in_every_process() -> None:
    policy = b"[cycle]\nstart=2027-01-18\nend=2027-07-16\n[bans]\nC-1=['K-1','K-2']\n"
    cycle = parse_policy_file(NamedFile("cycle.toml", policy)).policy
    work = RunInput(roster=Roster(coachees=(), coaches=()), cycle=cycle, keep=None)
    code = (
        "import sys; from api.runs.frozen_input import RunInput, input_sha256; "
        "print(input_sha256(RunInput.model_validate_json(sys.stdin.read())))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=work.model_dump_json().encode(),
            env=os.environ | {"PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert found == {f"{input_sha256(work)}\n".encode()}


def _slow_task() -> RunTask:
    files = [NamedFile(name, content) for name, content in slow_lists().values()]
    read = parse_inputs(NamedFile("cycle.toml", SLOW_CYCLE), *files)
    run_input = RunInput(roster=read.roster, cycle=read.cycle, keep=None)
    return RunTask(
        input_json=run_input.model_dump_json(),
        options=RunOptions(),
        input_sha256=read.sha256,
    )


def _started(task: RunTask) -> ChildProcess:
    child = ChildProcess("api.runs.subprocess:main")
    child.send(task.model_dump_json().encode())
    return child


def _next(child: ChildProcess) -> dict[str, Any]:
    message = child.receive(_HANGS_SECONDS)
    assert message is not None
    reports: dict[str, Any] = json.loads(message)
    return reports


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_solver_leaves_stop_signals_to_its_parent(sent: signal.Signals) -> None:
    with _started(_slow_task()) as child:
        os.kill(child.pid, sent)  # before its modules are loaded
        assert _next(child)["progress"]["phase"] == "judging"
        os.kill(child.pid, sent)
        assert "progress" in _next(child)


def test_killed_solver_is_reported_with_its_signal() -> None:
    with _started(_slow_task()) as child:
        _next(child)
        os.kill(child.pid, signal.SIGKILL)
        with pytest.raises(ChildEndedError, match=r"signal 9.*memory"):
            deque(iter(lambda: _next(child), None))  # until it raises an exception


@pytest.fixture
def port() -> int:
    return free_port()


@contextmanager
def _server(settings: Settings, port: int) -> Iterator[BaseProcess]:
    """Run a server in a separate process and kill it at the end of the block."""
    words = ("serve", "--port", port, "--data", settings.data_dir)
    with forked_command(
        *words, output=os.devnull, seconds=0.0, DATABASE_URL=settings.database_url
    ) as process:
        yield process


def _reachable(client: httpx.Client, seconds: float = 120) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        try:
            client.get(f"{API}/rules")
        except httpx.TransportError:
            time.sleep(0.05)
        else:
            return
    pytest.fail("the server does not respond")


@pytest.mark.slow
def test_run_of_a_killed_server_is_resumed_and_finished_once(world: World, port: int) -> None:
    settings = world.services.settings
    bearer = {"Authorization": f"Bearer {world.manager_token()}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=bearer) as client:
        with _server(settings, port) as server:
            _reachable(client)
            run_id = client.post(f"{API}/cycles/{world.cycle()}/runs").json()["id"]
            _wait_for(client, run_id, "running")
            server.kill()
            server.join()
        with world.database.reading() as tx:
            assert tx.get_one(RunRow, run_id).state is TaskState.RUNNING

        with _server(settings, port) as server:
            _reachable(client)
            run = _wait_for(client, run_id, "finished")
            server.terminate()
            server.join(20)
            assert server.exitcode in {0, -signal.SIGTERM}
    with world.database.reading() as tx:
        assert tx.get_one(RunRow, run_id).attempts == 2
        plans = tx.scalars(select(PlanRow.id).where(PlanRow.run_id == run_id)).all()
    assert plans == [run["plan_id"]]
