"""Jobs of several types: queued once, performed once, and returned to the queue on shutdown."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from api.background.heartbeat import STALE_AFTER
from api.background.job import Job
from api.background.job_type import (
    JobContext,
    JobHandler,
    JobType,
    WorkerShutdownError,
    daily,
    hourly,
)
from api.background.orphaned_jobs import count_orphaned_jobs
from api.background.queue import JobQueue
from api.background.rows import WorkerHeartbeatRow
from api.background.scheduler import Scheduler
from api.background.worker import Worker
from api.database.clock import database_now
from api.job_types import JOB_TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx
    from conftest import World

SECONDS = 30


class Book:
    """A record of performed jobs. Jobs wait while its gate, which is initially open, is closed."""

    def __init__(self) -> None:
        self.done: Counter[tuple[str, str]] = Counter()
        self.started: Counter[str] = Counter()
        self.gate = threading.Event()
        self.gate.set()
        self.concurrency: Counter[str] = Counter()
        self.most_at_once: Counter[str] = Counter()
        self._lock = threading.Lock()

    def job_type(self, name: str, **how: object) -> JobType:
        """Return a job type whose jobs are recorded in the book."""

        def open_here(context: JobContext) -> JobHandler:
            return lambda subject_id: self._do(context, name, subject_id)

        return JobType(name=name, create_handler=open_here, poll_seconds=0.05, **how)  # type: ignore[arg-type]

    def _do(self, context: JobContext, name: str, subject_id: str) -> None:
        with self._lock:
            self.started[name] += 1
            self.concurrency[name] += 1
            self.most_at_once[name] = max(self.most_at_once[name], self.concurrency[name])
        try:
            while not self.gate.wait(0.02):
                if context.stopping.is_set():
                    raise WorkerShutdownError
            time.sleep(0.02)
        finally:
            with self._lock:
                self.concurrency[name] -= 1
        self.done[name, subject_id] += 1


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def work(world: World) -> Iterator[Callable[..., Worker]]:
    """Return a function that starts a worker; the last one is stopped at the end of the test."""
    started: list[Worker] = []

    def start(*kinds: JobType) -> Worker:
        worker = Worker(world.services, kinds)
        worker.start()
        started.append(worker)
        return worker

    yield start
    for worker in started[-1:]:
        worker.stop()


def _queue(world: World, kinds: tuple[JobType, ...], *jobs: Job) -> None:
    queue = JobQueue(world.services.settings.database_url, kinds)
    with world.database.writing() as tx:
        for job in jobs:
            queue(tx, job)
    queue.close()


def _wait(what: Callable[[], bool]) -> None:
    ends = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < ends
        time.sleep(0.02)


def _queued(world: World) -> list[str]:
    """Return the ids of all jobs in the job engine."""
    table = "workflow_status" if world.database.is_sqlite else "dbos.workflow_status"
    with world.database.reading() as tx:
        return list(tx.scalars(text(f"SELECT workflow_uuid FROM {table}")))  # noqa: S608 - ours


def test_job_types_have_unique_names_and_queues() -> None:
    assert len({job_type.name for job_type in JOB_TYPES}) == len(JOB_TYPES)
    assert len({job_type.queue_name for job_type in JOB_TYPES}) == len(JOB_TYPES)


def test_jobs_of_several_types_run_concurrently_and_once(
    world: World, book: Book, work: Callable[..., Worker]
) -> None:
    letters, sums = (
        book.job_type("letter", prefetch=5),
        book.job_type("sum", prefetch=4, concurrency=4),
    )
    jobs = [Job(job_type, str(number)) for job_type in ("letter", "sum") for number in range(12)]
    _queue(world, (letters, sums), *jobs, *jobs)
    work(letters, sums)
    _wait(lambda: sum(book.done.values()) >= len(jobs))
    assert book.done == Counter((job.job_type, job.subject_id) for job in jobs)
    assert book.most_at_once["letter"] == 1
    assert book.most_at_once["sum"] > 1


def test_jobs_in_the_same_partition_run_one_after_the_other(
    world: World, book: Book, work: Callable[..., Worker]
) -> None:
    job_type = book.job_type("letter", prefetch=4, concurrency=4, partitioned=True)
    jobs = [
        Job("letter", f"{partition}{n}", partition=partition)
        for partition in "ab"
        for n in range(4)
    ]
    _queue(world, (job_type,), *jobs)
    work(job_type)
    _wait(lambda: len(book.done) == len(jobs))
    assert book.most_at_once["letter"] <= 2


def test_delayed_job_does_not_start_early(
    world: World, book: Book, work: Callable[..., Worker]
) -> None:
    job_type = book.job_type("letter", prefetch=2)
    later = Job("letter", "later", delay=timedelta(seconds=2))
    _queue(world, (job_type,), later, Job("letter", "now"))
    work(job_type)
    _wait(lambda: ("letter", "now") in book.done)
    assert ("letter", "later") not in book.done
    _wait(lambda: ("letter", "later") in book.done)


def test_job_of_a_transaction_rolled_back_is_not_queued(world: World, book: Book) -> None:
    job_type = book.job_type("letter")
    queue = JobQueue(world.services.settings.database_url, [job_type])

    def fail() -> None:
        with world.database.writing() as tx:
            queue(tx, Job("letter", "1"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    queue.close()
    assert _queued(world) == []


def test_jobs_of_a_disabled_type_remain_queued_for_other_workers(
    world: World, book: Book, work: Callable[..., Worker]
) -> None:
    here = book.job_type("sum")
    elsewhere = book.job_type("letter", is_enabled=lambda _settings: False)
    work(replace(elsewhere, is_enabled=lambda _settings: True), here).stop()  # registers the queue
    _queue(world, (here, elsewhere), Job("letter", "1"), Job("sum", "1"))
    work(here, elsewhere)
    _wait(lambda: ("sum", "1") in book.done)
    time.sleep(0.5)
    assert ("letter", "1") not in book.done


@pytest.mark.slow
def test_orderly_shutdowns_do_not_count_as_crashes(
    world: World, book: Book, work: Callable[..., Worker]
) -> None:
    """A job that is abandoned after one crash survives four orderly shutdowns."""
    job_type = book.job_type("sum", max_crashes=1)
    _queue(world, (job_type,), Job("sum", "1"))
    book.gate.clear()
    for stops in range(1, 5):
        worker = work(job_type)
        _wait(lambda: book.started["sum"] >= stops)  # noqa: B023 - evaluated in the same iteration
        worker.stop()
    book.gate.set()
    work(job_type)
    _wait(lambda: ("sum", "1") in book.done)


@pytest.mark.slow
def test_jobs_of_a_worker_without_heartbeat_are_orphaned(
    world: World, book: Book, work: Callable[..., Worker], client: httpx.Client
) -> None:
    mail, question = book.job_type("mail", prefetch=3), book.job_type("question")
    jobs = [Job("mail", "1"), Job("mail", "2"), Job("question", "1"), Job("question", "2")]
    _queue(world, (mail, question), *jobs)
    book.gate.clear()
    worker = work(mail, question)

    def after(silence: timedelta) -> dict[str, int]:
        with world.database.reading() as tx:
            heard = tx.get_one(WorkerHeartbeatRow, "worker@1").seen_at
            counts = count_orphaned_jobs(tx, JOB_TYPES, heard + silence)
            return {job_type: n for job_type, n in counts.items() if n}

    in_work = {"mail": 2, "question": 1}  # the second question is still queued
    _wait(lambda: after(STALE_AFTER + timedelta(seconds=1)) == in_work)
    assert after(STALE_AFTER) == {}

    def is_reported_by_the_server() -> bool:
        with world.database.writing() as tx:  # again, because the worker may have sent a heartbeat
            tx.get_one(WorkerHeartbeatRow, "worker@1").seen_at = database_now(tx) - 2 * STALE_AFTER
        metrics = client.get("/metrics").text
        return all(
            f'gender_coach_stranded_jobs{{kind="{job_type}"}} {number}' in metrics
            for job_type, number in in_work.items()
        )

    _wait(is_reported_by_the_server)
    worker.stop()
    assert after(2 * STALE_AFTER) == {}, (
        "all jobs are returned, including those that were just being dequeued"
    )
    book.gate.set()
    work(mail, question)
    _wait(lambda: len(book.done) == len(jobs))


class Clock:
    """A clock set by tests."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at


def test_scheduled_job_is_queued_once_per_period_after_clock_changes(
    world: World, book: Book
) -> None:
    kinds = (book.job_type("daily", schedule=daily), book.job_type("hourly", schedule=hourly))
    queue = JobQueue(world.services.settings.database_url, kinds)
    clock = Clock(datetime(2027, 3, 1, 22, 30, tzinfo=UTC))
    workers = [Scheduler(replace(world.services, now=clock), queue, kinds) for _ in range(2)]

    def enqueue_at(*times: datetime) -> list[str]:
        for clock.at in times:
            for worker in workers:
                worker.enqueue_due()
        return sorted(_queued(world))

    start = clock.at
    first = ["daily-2027-03-01", "hourly-2027-03-01T22"]
    assert enqueue_at(start, start + timedelta(minutes=20)) == first
    down = start + timedelta(days=2)  # no worker was running in the meantime
    after = sorted([*first, "daily-2027-03-03", "hourly-2027-03-03T22"])
    assert enqueue_at(down) == after
    assert enqueue_at(start, down, start) == after, "the clock was set back and forth"
    workers.append(Scheduler(replace(world.services, now=clock), queue, kinds))
    assert enqueue_at(down) == after, "a second worker started later"
    queue.close()


def test_worker_performs_scheduled_jobs(
    world: World, book: Book, work: Callable[..., Worker]
) -> None:
    work(book.job_type("daily", schedule=daily))
    _wait(lambda: sum(book.done.values()) == 1)
    assert book.done == Counter({("daily", daily(world.services.now())): 1})
