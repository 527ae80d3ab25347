"""A worker takes over the jobs of a worker that has ended; a stopped worker keeps its jobs."""

from __future__ import annotations

import signal
import threading
import time
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, text

from api.audit_trail.rows import AuditRow
from api.background.heartbeat import STALE_AFTER
from api.background.job import Job
from api.background.job_type import JobContext, JobHandler, JobType
from api.background.queue import JobQueue
from api.background.rows import TaskState, WorkerHeartbeatRow
from api.background.slot_fence import SlotFence, SlotTakenOverError
from api.background.takeover import Takeover
from api.background.worker import Worker
from api.background.worker_lease import hold_worker_lease
from api.background.worker_states import WorkerState, worker_states
from api.database.clock import database_now
from api.job_types import JOB_TYPES
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from api.runs.rows import PlanRow, RunRow
from tests.force.victims import Victim, hold_slot

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    import httpx
    from conftest import World

pytestmark = pytest.mark.slow

TIMEOUT = 12.0
OTHER = "worker@9"
HANGS_SECONDS = 120.0
TIMEOUT_SECONDS = 1.0  # of the worker processes
YEAR = timedelta(days=365)


class Observer:
    """A takeover with a monotonic clock set by tests; it lists the slots that it takes over."""

    def __init__(self, world: World) -> None:
        self.clock = 0.0
        self.returned: list[str] = []
        self._takeover = Takeover(
            world.database,
            "worker@1",
            timeout_seconds=TIMEOUT,
            interval_seconds=1,
            return_jobs=self.returned.append,
            monotonic=lambda: self.clock,
        )

    def looks_at(self, *times: float) -> list[str]:
        """Look for ended workers at these times; return the slots taken over at the last one."""
        taken: list[str] = []
        for self.clock in times:
            taken = self._takeover.look()
        return taken


@pytest.fixture
def observer(world: World) -> Observer:
    return Observer(world)


@pytest.fixture
def fence(world: World) -> SlotFence:
    """Return the fence of another worker that has started."""
    fence = SlotFence(OTHER)
    with world.database.writing() as tx:
        fence.claim(tx)
    return fence


def _set_heartbeat(world: World, from_now: timedelta) -> None:
    with world.database.writing() as tx:
        tx.get_one(WorkerHeartbeatRow, OTHER).seen_at = database_now(tx) + from_now


def _wait(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + HANGS_SECONDS
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.05)


@pytest.mark.usefixtures("fence")
def test_silent_worker_without_lease_is_taken_over_once(observer: Observer) -> None:
    assert observer.looks_at(0.0, TIMEOUT - 1) == []
    assert observer.looks_at(TIMEOUT) == [OTHER]
    assert observer.looks_at(2 * TIMEOUT, 4 * TIMEOUT) == []
    assert observer.returned == [OTHER]


@pytest.mark.usefixtures("fence")
def test_worker_with_new_heartbeats_is_not_taken_over(world: World, observer: Observer) -> None:
    """A worker without a lease may be alive, because its connection may have lost the lease."""
    for beats in range(4):
        _set_heartbeat(world, timedelta(seconds=beats))
        assert observer.looks_at(beats * TIMEOUT) == []


@pytest.mark.usefixtures("fence")
@pytest.mark.parametrize("jump", [-YEAR, timedelta(0), YEAR])
def test_silent_worker_with_lease_is_not_taken_over_whatever_the_clocks_say(
    world: World, observer: Observer, jump: timedelta
) -> None:
    _set_heartbeat(world, jump)
    with hold_worker_lease(world.database, OTHER):
        assert observer.looks_at(0.0, 10 * TIMEOUT) == []
    assert observer.looks_at(10 * TIMEOUT) == [OTHER]


def test_transactions_of_a_worker_that_was_taken_over_fail(
    world: World, fence: SlotFence, observer: Observer
) -> None:
    database = world.database.guarded_by(fence.check)
    with database.writing() as tx:
        tx.get_one(WorkerHeartbeatRow, OTHER)
    assert observer.looks_at(0.0, TIMEOUT) == [OTHER]
    with pytest.raises(SlotTakenOverError), database.writing():
        pass
    with world.database.writing() as tx:
        SlotFence(OTHER).claim(tx)  # a new worker with the slot does not open it for the old one
    with pytest.raises(SlotTakenOverError), database.writing():
        pass


def test_result_of_a_worker_that_was_taken_over_is_refused(
    world: World, observer: Observer
) -> None:
    started, may_finish, ended = threading.Event(), threading.Event(), threading.Event()

    def create_handler(context: JobContext) -> JobHandler:
        def write_result(subject_id: str) -> None:
            started.set()
            may_finish.wait(HANGS_SECONDS)
            try:
                with context.services.database.writing() as tx:
                    fence = SlotFence(f"result {subject_id}")
                    fence.claim(tx)
            finally:
                ended.set()

        return write_result

    job_type = JobType(name="sum", create_handler=create_handler, poll_seconds=0.05)
    queue = JobQueue(world.services.settings.database_url, [job_type])
    with world.database.writing() as tx:
        queue(tx, Job("sum", "1"))
    queue.close()
    services = world.with_settings(executor_id=OTHER, worker_timeout_seconds=300)
    worker = Worker(services, [job_type])
    worker.start()
    started.wait(HANGS_SECONDS)
    assert observer.looks_at(0.0, TIMEOUT) == [OTHER]
    may_finish.set()
    ended.wait(HANGS_SECONDS)
    worker.stop()
    with world.database.reading() as tx:
        assert tx.get(WorkerHeartbeatRow, "result 1") is None
        columns = f"SELECT status, executor_id FROM {_job_table(world)}"  # noqa: S608 - ours
        status, owner = tx.execute(text(columns)).one()
    assert (status, owner) == ("PENDING", OTHER), "its worker neither ended nor released it"


def test_jobs_are_taken_over_with_their_number_of_crashes(world: World) -> None:
    done: list[str] = []
    job_type = JobType(
        name="sum", create_handler=lambda _: done.append, poll_seconds=0.05, max_crashes=4
    )
    queue = JobQueue(world.services.settings.database_url, [job_type])
    table = _job_table(world)
    with world.database.writing() as tx:
        for name in ("harmless", "poisonous"):
            queue(tx, Job("sum", name))
    with world.database.writing() as tx:  # as the job engine of a dead worker leaves them
        take = text(
            f"UPDATE {table} SET status = 'PENDING', executor_id = :slot, "  # noqa: S608 - ours
            "recovery_attempts = CASE WHEN workflow_uuid = 'sum-poisonous' THEN 5 ELSE 3 END"
        )
        tx.execute(take, {"slot": OTHER})
    queue.close()

    def jobs() -> dict[str, tuple[str, int]]:
        with world.database.reading() as tx:
            rows = tx.execute(text(f"SELECT workflow_uuid, status, recovery_attempts FROM {table}"))  # noqa: S608 - ours
            return {name: (status, attempts) for name, status, attempts in rows}

    worker = Worker(world.with_settings(worker_timeout_seconds=0.3), [job_type])
    worker.start()
    expected = {
        "sum-harmless": ("SUCCESS", 4),
        "sum-poisonous": ("MAX_RECOVERY_ATTEMPTS_EXCEEDED", 6),
    }
    _wait(lambda: jobs() == expected)
    worker.stop()
    assert done == ["harmless"]


def test_workers_are_reported_by_state(
    world: World, fence: SlotFence, client: httpx.Client, observer: Observer
) -> None:
    def states() -> dict[WorkerState, tuple[str, ...]]:
        with world.database.reading() as tx:
            slots = worker_states(tx, world.database).slots
            return {state: names for state, names in slots.items() if names}

    assert states() == {WorkerState.ALIVE: (OTHER,)}
    _set_heartbeat(world, 2 * STALE_AFTER)
    assert states() == {WorkerState.DEAD: (OTHER,)}, "recorded before the clock was set back"
    _set_heartbeat(world, -2 * STALE_AFTER)
    with hold_worker_lease(world.database, OTHER):
        assert states() == {WorkerState.SILENT: (OTHER,)}
    lines = client.get("/metrics").text.splitlines()
    assert 'gender_coach_workers{state="alive"} 0' in lines
    assert 'gender_coach_workers{state="dead"} 1' in lines
    assert observer.looks_at(0.0, TIMEOUT) == [OTHER]
    assert states() == {}
    assert "gender_coach_worker_takeovers_total 1" in client.get("/metrics").text.splitlines()
    with world.database.writing() as tx:
        fence.claim(tx)
    assert states() == {WorkerState.ALIVE: (OTHER,)}


def _job_table(world: World) -> str:
    return "workflow_status" if world.database.is_sqlite else "dbos.workflow_status"


def test_run_of_a_killed_worker_is_finished_by_another_and_a_stopped_one_keeps_its_run(
    world: World,
) -> None:
    settings = world.with_settings(worker_timeout_seconds=TIMEOUT_SECONDS).settings

    def run(run_id: str) -> tuple[TaskState, int, str | None]:
        columns = select(RunRow.state, RunRow.attempts, RunRow.slot)
        with world.database.reading() as tx:
            state, attempts, slot = tx.execute(columns.where(RunRow.id == run_id)).one()
            return state, attempts, slot

    def start_run() -> str:
        queue = JobQueue(settings.database_url, JOB_TYPES)
        cycle_id = world.cycle()
        with world.database.writing() as tx:
            options = RunOptions(workers=1)
            now = world.services.now()
            run_id = run_queue.queue_cycle_run(tx, queue, cycle_id, options, now=now).id
        queue.close()
        return run_id

    def silence(slot: str) -> float:
        with world.database.reading() as tx:
            seen: datetime = tx.get_one(WorkerHeartbeatRow, slot).seen_at
            return (database_now(tx) - seen).total_seconds()

    workers = {"worker@1": Victim(partial(hold_slot, number=1), settings)}
    try:
        kept = start_run()
        _wait(lambda: run(kept)[0] is TaskState.RUNNING)
        workers["worker@1"].signal(signal.SIGSTOP)
        workers["worker@2"] = Victim(partial(hold_slot, number=2), settings)
        _wait(lambda: silence("worker@1") > 3 * TIMEOUT_SECONDS)
        assert run(kept)[1] == 1
        workers["worker@1"].signal(signal.SIGCONT)
        _wait(lambda: run(kept)[0].is_final)
        assert run(kept) == (TaskState.FINISHED, 1, "worker@1")

        handed_over = start_run()
        _wait(lambda: run(handed_over)[0] is TaskState.RUNNING)
        workers.pop(str(run(handed_over)[2])).kill()
        _wait(lambda: run(handed_over)[0].is_final)
        assert run(handed_over) == (TaskState.FINISHED, 2, *workers)
    finally:
        for worker in workers.values():
            worker.kill()
    with world.database.reading() as tx:
        assert sorted(tx.scalars(select(PlanRow.run_id))) == sorted([kept, handed_over])
        ends = select(AuditRow.object_id).where(AuditRow.action == "run finished")
        assert sorted(tx.scalars(ends)) == sorted([kept, handed_over])
