"""Workers killed by SIGKILL at random times: no run may be lost or executed twice.

Workers run the command `gender-coach worker`, forked from a process that has already imported all
modules, which leaves time for more kills. Their solver processes start as usual.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.rows import AuditRow
from api.background.queue import JobQueue
from api.background.rows import TaskState
from api.job_types import JOB_TYPES
from api.runs import run_queue
from api.runs.frozen_input import RunOptions
from api.runs.rows import PlanRow, RunProgressRow, RunRow
from api.settings import Settings
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.force.measuring import DATABASES, command, deployment, seconds
from tests.force.victims import Victim, hold_slot

TIMES = 500
MUST = "0 runs lost, 0 done twice"
_SLOTS = (1, 2, 3)
_OPEN_AT_ONCE = 5
_AT_WORK = 0.75  # of the kills; the others occur at any time, including during startup
_LONGEST_WAIT_SECONDS = 2.5
_WORK_WITHIN_SECONDS = 40.0
_SHUTDOWN_SECONDS = 30.0
_PRINT_EVERY = 25
_LAST_ATTEMPT = 4  # a fifth crash would, by design, end the run
_SETTLING_SECONDS = 600.0
_JOB_TABLE = {"sqlite": "workflow_status", "postgresql": "dbos.workflow_status"}


def measure(times: int, database: str) -> Figure:
    """Kill one of three workers `times` times while five runs are open, and restart it.

    Ctrl+C ends the measurement early, with a figure for the kills so far.
    """
    return measure_fleet(times, database, WorkerFleet, "worker killed")


def measure_fleet(
    times: int, database: str, create_fleet: Callable[[Settings], WorkerFleet], what: str
) -> Figure:
    """Kill workers in a fleet, as described in `measure`."""
    started = time.monotonic()
    rng = random.Random(20_270_118)
    with deployment(database) as world:
        watcher = RunWatcher(world)
        queue = JobQueue(world.services.settings.database_url, JOB_TYPES)
        fleet = create_fleet(world.services.settings)
        try:
            with suppress(KeyboardInterrupt):
                while fleet.killed < times:
                    fleet.keep_up()
                    _top_up(world, queue)
                    if rng.random() < _AT_WORK:
                        watcher.wait_for_work()
                    time.sleep(rng.uniform(0, _LONGEST_WAIT_SECONDS))
                    fleet.kill(watcher.victim(rng, fleet.slots))
            _settle(world, fleet)
        finally:
            fleet.stop()
            queue.close()
        with world.database.reading() as tx:
            lost, twice, counts = _verdict(tx, database)
    return Figure(
        f"{what} {fleet.killed} times, {database}",
        f"{lost} lost, {twice} done twice; {counts}, {seconds(started)}",
        MUST,
        not lost and not twice,
    )


def _top_up(world: World, queue: JobQueue) -> None:
    """Queue runs of new cycles until enough runs are open."""
    for _ in range(_OPEN_AT_ONCE - _open_runs(world)):
        cycle_id = world.cycle()
        with world.database.writing() as tx:
            run_queue.queue_cycle_run(
                tx, queue, cycle_id, RunOptions(workers=1), now=world.services.now()
            )


class WorkerFleet:
    """A worker for each slot."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._workers: dict[int, Victim] = {}
        self.killed = 0

    @property
    def slots(self) -> tuple[int, ...]:
        """The numbers of the slots that have a worker."""
        return _SLOTS

    def keep_up(self) -> None:
        """Start a worker for each slot that has none or whose worker has exited."""
        for slot in self.slots:
            if slot not in self._workers or not self._workers[slot].at_work:
                self._workers[slot] = Victim(partial(hold_slot, number=slot), self._settings)

    def kill(self, slot: int) -> None:
        """Kill the worker of a slot."""
        self._workers.pop(slot).kill()
        self.killed += 1
        if self.killed % _PRINT_EVERY == 0:
            print(f"    {self.killed} killed", flush=True)  # noqa: T201 - progress output

    def stop(self) -> None:
        """Shut down all workers, and kill any worker that does not exit in time."""
        for worker in self._workers.values():
            worker.end(_SHUTDOWN_SECONDS)
            worker.kill()


class RunWatcher:
    """The runs in progress, excluding those of killed workers, which stay `running` for a while."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._crashed: set[tuple[str, int]] = set()

    def wait_for_work(self) -> None:
        """Wait, up to a time limit, for a run in progress that may crash once more."""
        ends = time.monotonic() + _WORK_WITHIN_SECONDS
        while not self._to_crash() and time.monotonic() < ends:
            time.sleep(0.1)

    def victim(self, rng: random.Random, slots: tuple[int, ...]) -> int:
        """Return the slot to kill, preferably of a worker whose run may crash once more."""
        busy, to_crash = self._in_work(), self._to_crash()
        to_crash &= set(slots)
        chosen = rng.choice(sorted(to_crash) or sorted(set(slots) - busy.keys()) or slots)
        self._crashed |= {busy[chosen]} if chosen in busy else set()
        return chosen

    def _to_crash(self) -> set[int]:
        """Return the slots of workers whose run may crash once more."""
        return {slot for slot, (_, tries) in self._in_work().items() if tries < _LAST_ATTEMPT}

    def _in_work(self) -> dict[int, tuple[str, int]]:
        """Return the run and its number of attempts for each slot with a busy worker."""
        query = select(RunRow.slot, RunRow.id, RunRow.attempts)
        with self._world.database.reading() as tx:
            rows = tx.execute(query.where(RunRow.state == TaskState.RUNNING)).all()
        return {
            int(str(row.slot).partition("@")[2]): (row.id, row.attempts)
            for row in rows
            if (row.id, row.attempts) not in self._crashed
        }


def _open_runs(world: World) -> int:
    with world.database.reading() as tx:
        query = select(func.count()).where(RunRow.state.in_([TaskState.QUEUED, TaskState.RUNNING]))
        return tx.scalar(query) or 0


def _settle(world: World, fleet: WorkerFleet) -> None:
    """Let the workers finish all open runs without further kills."""
    ends = time.monotonic() + _SETTLING_SECONDS
    while _open_runs(world) and time.monotonic() < ends:
        fleet.keep_up()
        time.sleep(0.5)


def _verdict(tx: Transaction, database: str) -> tuple[int, int, str]:
    """Return the number of lost runs, the number of repeated runs, and a text with further counts.

    A run is lost if it has not ended, finished without a plan, or failed for a reason other than
    five crashes, after which it is abandoned by design. A run was executed twice if it has two
    plans, two ends in the audit trail, or two jobs.
    """
    rows = tx.execute(select(RunRow.id, RunRow.state, RunRow.attempts, RunRow.failure)).all()
    plans = Counter(tx.scalars(select(PlanRow.run_id)))
    ends = Counter(
        tx.scalars(
            select(AuditRow.object_id).where(
                AuditRow.action.in_(["run finished", "run failed", "run cancelled"])
            )
        )
    )
    jobs = Counter(tx.scalars(text(f"SELECT workflow_uuid FROM {_JOB_TABLE[database]}")))  # noqa: S608 - fixed names
    abandoned = [
        row.id for row in rows if row.failure and "went_down" in row.failure["fact"]["code"]
    ]
    lost = [
        row.id
        for row in rows
        if row.id not in abandoned
        and (row.state is not TaskState.FINISHED or plans[row.id] != 1 or ends[row.id] != 1)
    ]
    twice = [one for counted in (plans, ends, jobs) for one, times in counted.items() if times > 1]
    twice += _repeated_progress(tx)
    hit = sum(row.attempts > 1 for row in rows)
    return (
        len(lost),
        len(twice),
        f"{len(rows)} runs, {hit} of them interrupted, {len(abandoned)} abandoned after 5 crashes",
    )


def _repeated_progress(tx: Transaction) -> list[str]:
    """Return the runs whose progress reports are not numbered consecutively from 1."""
    counted = tx.execute(
        select(RunProgressRow.run_id, func.count(), func.max(RunProgressRow.number)).group_by(
            RunProgressRow.run_id
        )
    )
    return [run_id for run_id, count, last in counted if count != last]


if __name__ == "__main__":
    command("Workers killed at random", measure, TIMES, DATABASES)
