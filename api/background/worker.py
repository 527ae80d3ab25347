"""The worker: takes jobs out of their queues and does them, each kind by its own module."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from dbos import DBOS
from sqlalchemy import Engine
from sqlalchemy.exc import OperationalError

from api.background.heartbeat import Heartbeat
from api.background.job import Job
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError
from api.background.queue import JobQueue, dbos_config
from api.background.registry import JOB_TYPES_BY_NAME
from api.background.scheduler import Scheduler
from api.database.engine import open_jobs_engine
from api.logging.exception_location import exception_location
from api.services import Services

_LOG = logging.getLogger(__name__)
_POLL_SECONDS = 0.2
_SHUTDOWN_TIMEOUT_SECONDS = 20.0


class Worker:
    """The consuming end: does jobs, and takes up again what a crash interrupted.

    Its slot, the setting `executor_id`, belongs to this process alone and stays the same when it
    starts again: by it the worker knows which interrupted jobs are its own. A process holds at
    most one worker.
    """

    def __init__(self, services: Services, kinds: dict[str, JobType] | None = None) -> None:
        known = dict(JOB_TYPES_BY_NAME) if kinds is None else kinds
        settings = services.settings
        self._queue = JobQueue(settings.database_url, known)
        self._kinds = [kind for kind in known.values() if kind.is_enabled(settings)]
        self._context = JobContext(services, settings.executor_id)
        self._running_jobs = RunningJobs(self._context.stopping)
        self._heartbeat = Heartbeat(services.database, settings.executor_id, services.now)
        self._scheduler = Scheduler(services, self._queue, self._kinds)
        self._engine: Engine | None = None

    def start(self) -> None:
        """Begin taking jobs, in threads of this process."""
        settings = self._context.services.settings
        self._engine = open_jobs_engine(settings.database_url)
        logging.getLogger("dbos").setLevel(logging.WARNING)
        DBOS(config=dbos_config(self._engine, settings.executor_id))
        for kind in self._kinds:
            work = self._running_jobs.limited(kind, kind.create_handler(self._context))
            most = kind.max_crashes
            DBOS.workflow(name=kind.name, max_recovery_attempts=most)(work)
        DBOS.listen_queues([kind.queue_name for kind in self._kinds])
        DBOS.launch()
        self._heartbeat.start()
        for kind in self._kinds:
            DBOS.register_queue(
                kind.queue_name,
                worker_concurrency=kind.prefetch,
                partition_concurrency=1 if kind.partitioned else None,
                polling_interval_sec=kind.poll_seconds,
            )
        self._scheduler.start()

    def stop(self) -> None:
        """Take no more jobs, and give back those in work, for any worker to take up."""
        self._scheduler.stop()
        self._heartbeat.stop()
        self._running_jobs.close()
        DBOS.destroy(destroy_registry=True)
        # Whatever is still this slot's: what gave up, and what the job engine took out of a queue
        # meanwhile, and never began.
        try:
            self._queue.release_jobs(self._context.slot, running=self._running_jobs.running)
        except OperationalError as error:
            _LOG.warning("jobs stay with %s: %s", self._context.slot, exception_location(error))
        self._queue.close()
        if self._engine is not None:
            self._engine.dispose()


class RunningJobs:
    """Keeps which jobs are in work."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._changed = threading.Condition()
        self.running: set[str] = set()

    def limited(self, kind: JobType, handler: JobHandler) -> Callable[[str], None]:
        """`handler`, run at most `kind.concurrency` times at once, and not once this is closed."""
        semaphore = threading.Semaphore(kind.concurrency)

        def work(subject_id: str) -> None:
            job = Job(kind.name, subject_id).id
            with self._changed:
                self.running.add(job)
            try:
                self._acquire(semaphore)
                try:
                    handler(subject_id)
                finally:
                    semaphore.release()
            except Exception as error:
                _LOG.error("job %s ended badly: %s", job, exception_location(error))
                raise
            finally:
                with self._changed:
                    self.running.discard(job)
                    self._changed.notify_all()

        return work

    def close(self) -> None:
        """Begin no further job, and wait until those in work have ended or given up."""
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
