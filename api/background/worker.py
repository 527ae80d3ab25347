"""The worker: takes jobs from their queues and performs them."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace

from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from api.background.heartbeat import Heartbeat
from api.background.job import Job
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError
from api.background.queue import JobQueue, dbos_config
from api.background.rows import WorkerHeartbeatRow
from api.background.scheduler import Scheduler
from api.background.slot_fence import SlotFence, SlotTakenOverError
from api.background.takeover import Takeover, return_jobs_of
from api.background.worker_lease import WorkerLease
from api.database.clock import database_now
from api.database.engine import open_jobs_engine
from api.logging.exception_location import exception_location
from api.services import Services

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.2
_BEATS_PER_TIMEOUT = 3
_SHUTDOWN_TIMEOUT_SECONDS = 20.0


class Worker:
    """The consumer side of the queues: performs jobs, and resumes interrupted jobs after a crash.

    Its slot (the setting `executor_id`) must be unique among running workers and stay the same
    across restarts, so that the worker can resume the jobs it had started. A process can have at
    most one worker.
    """

    def __init__(
        self,
        services: Services,
        job_types: Iterable[JobType],
        lease: WorkerLease | None = None,
        on_taken_over: Callable[[], None] = lambda: None,
    ) -> None:
        """Prepare a worker.

        Args:
            services: the services for its jobs.
            job_types: all job types.
            lease: the lease on its slot, which the caller holds while the worker runs.
            on_taken_over: called if another worker has taken the slot over, for example because the
                connection that held the lease was lost for a long time. The caller has to stop the
                worker, which can no longer write to the database.
        """
        settings, known = services.settings, tuple(job_types)
        self._fence = SlotFence(settings.executor_id)
        services = replace(services, database=services.database.guarded_by(self._fence.check))
        self._queue = JobQueue(settings.database_url, known)
        self._job_types = [one for one in known if one.is_enabled(settings)]
        self._context = JobContext(services, settings.executor_id)
        self._running_jobs = RunningJobs(self._context.stopping)
        self._on_taken_over = on_taken_over
        self._heartbeat = Heartbeat(
            services.database,
            settings.executor_id,
            lease,
            interval_seconds=settings.worker_timeout_seconds / _BEATS_PER_TIMEOUT,
            on_taken_over=self._end_after_takeover,
        )
        self._scheduler = Scheduler(services, self._queue, self._job_types)
        self._takeover: Takeover | None = None
        self._engine: Engine | None = None

    def start(self) -> None:
        """Start performing jobs in threads of this process."""
        settings = self._context.services.settings
        self._engine = open_jobs_engine(settings.database_url)
        logging.getLogger("dbos").setLevel(logging.WARNING)
        with self._context.services.database.writing() as tx:
            self._fence.claim(tx)
        job_engine = DBOS(config=dbos_config(self._engine, settings.executor_id))
        for one in self._job_types:
            work = self._running_jobs.limited(one, one.create_handler(self._context))
            DBOS.workflow(name=one.name, max_recovery_attempts=one.max_crashes)(work)
        DBOS.listen_queues([one.queue_name for one in self._job_types])
        DBOS.launch()
        self._heartbeat.start()
        for one in self._job_types:
            DBOS.register_queue(
                one.queue_name,
                worker_concurrency=one.prefetch,
                partition_concurrency=1 if one.partitioned else None,
                polling_interval_sec=one.poll_seconds,
            )
        self._scheduler.start()
        self._takeover = Takeover(
            self._context.services.database,
            settings.executor_id,
            timeout_seconds=settings.worker_timeout_seconds,
            interval_seconds=settings.worker_timeout_seconds / _BEATS_PER_TIMEOUT,
            return_jobs=return_jobs_of(job_engine),
        )
        self._takeover.start()

    def stop(self) -> None:
        """Stop performing jobs, and return unfinished jobs to their queues for any worker."""
        self._scheduler.stop()
        if self._takeover is not None:
            self._takeover.stop()
        self._running_jobs.close()
        self._heartbeat.stop()
        DBOS.destroy(destroy_registry=True)
        self._end_slot()
        self._queue.close()
        if self._engine is not None:
            self._engine.dispose()

    def _end_slot(self) -> None:
        """Requeue the jobs that are still assigned to this slot, unless they were taken over.

        These are jobs whose handlers stopped early, and jobs that the job engine has taken from a
        queue but not started.
        """
        database, slot = self._context.services.database, self._context.slot
        try:
            with database.writing() as tx:  # fails if the jobs belong to another worker now
                tx.get_one(WorkerHeartbeatRow, slot).ended_at = database_now(tx)
            self._queue.release_jobs(slot, running=self._running_jobs.running)
        except SlotTakenOverError:
            return
        except OperationalError as error:
            _LOG.warning("jobs remain assigned to %s: %s", slot, exception_location(error))

    def _end_after_takeover(self) -> None:
        self._context.stopping.set()
        self._on_taken_over()


class RunningJobs:
    """The jobs that a worker is currently performing."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._changed = threading.Condition()
        self.running: set[str] = set()

    def limited(self, job_type: JobType, handler: JobHandler) -> Callable[[str], None]:
        """Wrap `handler` to limit its concurrent calls to `job_type.concurrency`.

        After `close`, calls raise `WorkerShutdownError`.
        """
        semaphore = threading.Semaphore(job_type.concurrency)

        def work(subject_id: str) -> None:
            job = Job(job_type.name, subject_id).id
            with self._changed:
                self.running.add(job)
            try:
                self._acquire(semaphore)
                try:
                    handler(subject_id)
                finally:
                    semaphore.release()
            except Exception as error:
                _LOG.error("job %s failed: %s", job, exception_location(error))
                raise
            finally:
                with self._changed:
                    self.running.discard(job)
                    self._changed.notify_all()

        return work

    def close(self) -> None:
        """Prevent new jobs from starting, and wait up to 20 seconds for running jobs to end."""
        self._stopping.set()
        with self._changed:
            self._changed.wait_for(lambda: not self.running, _SHUTDOWN_TIMEOUT_SECONDS)

    def _acquire(self, semaphore: threading.Semaphore) -> None:
        while not self._stopping.is_set():
            if semaphore.acquire(timeout=_POLL_SECONDS):
                if not self._stopping.is_set():
                    return
                semaphore.release()
        raise WorkerShutdownError
