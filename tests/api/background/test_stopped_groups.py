"""A run returns to its queue after a stop signal to its process group (systemd, Ctrl+C)."""

from __future__ import annotations

import signal
import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from sqlalchemy import func, select

from api.audit_trail.rows import AuditRow
from api.background.queue import JobQueue
from api.background.rows import TaskState
from api.cycles import service as cycles
from api.input_files.cycle_inputs import parse_inputs
from api.input_files.source import NamedFile
from api.job_types import JOB_TYPES
from api.participants import upload
from api.participants.rows import Side
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from api.runs.rows import PlanRow, RunProgressRow, RunRow
from tests.api.slow_cycle import SLOW_CYCLE, slow_lists
from tests.force.victims import OUTPUT, Victim, Work, answer_requests, hold_slot
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World
    from sqlalchemy import Row

pytestmark = pytest.mark.slow

_HANGS_SECONDS = 300.0
Found = TypeVar("Found")


def _wait_for(world: World, what: Callable[[], Found | None]) -> Found:
    """Wait until `what` returns a value other than `None`, and return that value."""
    hangs = time.monotonic() + _HANGS_SECONDS
    while (found := what()) is None:
        output = world.services.settings.data_dir / OUTPUT
        assert time.monotonic() < hangs, output.read_text(encoding="utf-8")
        time.sleep(0.01)
    return found


def _slow_run(world: World) -> str:
    """Queue a run that takes several seconds, and return its id."""
    files = [NamedFile(name, content) for name, content in slow_lists(60, 17).values()]
    lists = parse_inputs(NamedFile("cycle.toml", SLOW_CYCLE), *files)
    queue, now = JobQueue(world.services.settings.database_url, JOB_TYPES), world.services.now()
    with world.database.writing() as tx:
        cycle_id = cycles.add_cycle(tx, lists.cycle, SLOW_CYCLE.decode(), now=now).id
        upload.store_list(tx, cycle_id, Side.COACHEE, lists.roster.coachees, now=now)
        upload.store_list(tx, cycle_id, Side.COACH, lists.roster.coaches, now=now)
        run = run_queue.queue_cycle_run(tx, queue, cycle_id, RunOptions(workers=1), now=now)
    queue.close()
    return run.id


def _serving() -> Work:
    return partial(answer_requests, port=free_port(), with_worker=True)


@pytest.mark.parametrize(
    "command", [lambda: partial(hold_slot, number=1), _serving], ids=["worker", "serve"]
)
def test_run_stopped_with_its_process_group_is_finished_by_another_worker(
    world: World, command: Callable[[], Work]
) -> None:
    settings, run_id = world.services.settings, _slow_run(world)

    def run() -> Row[TaskState, int, str | None, dict[str, Any] | None]:
        query = select(RunRow.state, RunRow.attempts, RunRow.slot, RunRow.failure)
        with world.database.reading() as tx:
            return tx.execute(query.where(RunRow.id == run_id)).one()

    def is_solving() -> bool | None:
        with world.database.reading() as tx:
            reports = tx.scalar(select(func.count()).where(RunProgressRow.run_id == run_id))
        return True if reports else None

    stopped = Victim(command(), settings)
    try:
        _wait_for(world, is_solving)
        assert (run().state, run().attempts) == (TaskState.RUNNING, 1)
        stopped.signal_group(signal.SIGTERM)
        _wait_for(world, lambda: None if stopped.at_work else True)
    finally:
        stopped.kill()
    requeued = run()
    assert (requeued.state, requeued.attempts) == (TaskState.QUEUED, 0), requeued.failure
    assert requeued.slot is None

    other = Victim(partial(hold_slot, number=2), settings)
    try:
        _wait_for(world, lambda: True if run().state.is_final else None)
    finally:
        other.end(_HANGS_SECONDS)
        other.kill()
    finished = run()
    assert (finished.state, finished.attempts) == (TaskState.FINISHED, 1), finished.failure
    assert finished.slot == "worker@2"
    with world.database.reading() as tx:
        assert len(tx.scalars(select(PlanRow.id).where(PlanRow.run_id == run_id)).all()) == 1
        ends = select(AuditRow.action).where(AuditRow.object_id == run_id)
        assert sorted(tx.scalars(ends)) == ["run asked for", "run finished"]
