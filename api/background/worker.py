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
from api.background.job_type import Doer, JobKind, StoppedError, Workplace
from api.background.queue import JobQueue, job_settings
from api.background.registry import BY_NAME
from api.background.scheduler import Ticking
from api.database.engine import open_jobs_engine
from api.logging.exception_location import place_of
from api.services import Services

_LOG = logging.getLogger(__name__)
_TURN_SECONDS = 0.2
_LONGEST_GOODBYE_SECONDS = 20.0


class Worker:
    """The consuming end: does jobs, and takes up again what a crash interrupted.

    Its slot, the setting `executor_id`, belongs to this process alone and stays the same when it
    starts again: by it the worker knows which interrupted jobs are its own. A process holds at
    most one worker.
    """

    def __init__(self, services: Services, kinds: dict[str, JobKind] | None = None) -> None:
        known = dict(BY_NAME) if kinds is None else kinds
        settings = services.settings
        self._queue = JobQueue(settings.database_url, known)
        self._kinds = [kind for kind in known.values() if kind.works_with(settings)]
        self._place = Workplace(services, settings.executor_id)
        self._desk = Desk(self._place.stopping)
        self._heartbeat = Heartbeat(services.database, settings.executor_id, services.now)
        self._ticking = Ticking(services, self._queue, self._kinds)
        self._engine: Engine | None = None

    def start(self) -> None:
        """Begin taking jobs, in threads of this process."""
        settings = self._place.services.settings
        self._engine = open_jobs_engine(settings.database_url)
        logging.getLogger("dbos").setLevel(logging.WARNING)
        DBOS(config=job_settings(self._engine, settings.executor_id))
        for kind in self._kinds:
            work = self._desk.guarded(kind, kind.open(self._place))
            most = kind.most_crashes
            DBOS.workflow(name=kind.name, max_recovery_attempts=most)(work)
        DBOS.listen_queues([kind.queue_name for kind in self._kinds])
        DBOS.launch()
        self._heartbeat.start()
        for kind in self._kinds:
            DBOS.register_queue(
                kind.queue_name,
                worker_concurrency=kind.ahead,
                partition_concurrency=1 if kind.lanes else None,
                polling_interval_sec=kind.poll_seconds,
            )
        self._ticking.start()

    def stop(self) -> None:
        """Take no more jobs, and give back those in work, for any worker to take up."""
        self._ticking.stop()
        self._heartbeat.stop()
        self._desk.close()
        DBOS.destroy(destroy_registry=True)
        # Whatever is still this slot's: what gave up, and what the job engine took out of a queue
        # meanwhile, and never began.
        try:
            self._queue.give_back(self._place.slot, at_work=self._desk.at_work)
        except OperationalError as error:
            _LOG.warning("jobs stay with %s: %s", self._place.slot, place_of(error))
        self._queue.close()
        if self._engine is not None:
            self._engine.dispose()


class Desk:
    """Keeps which jobs are in work."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._changed = threading.Condition()
        self.at_work: set[str] = set()

    def guarded(self, kind: JobKind, do: Doer) -> Callable[[str], None]:
        """`do`, of which at most `kind.at_once` are in work, and none once the desk is closed."""
        room = threading.Semaphore(kind.at_once)

        def work(about: str) -> None:
            job = Job(kind.name, about).id
            with self._changed:
                self.at_work.add(job)
            try:
                self._wait_for(room)
                try:
                    do(about)
                finally:
                    room.release()
            except Exception as error:
                _LOG.error("job %s ended badly: %s", job, place_of(error))
                raise
            finally:
                with self._changed:
                    self.at_work.discard(job)
                    self._changed.notify_all()

        return work

    def close(self) -> None:
        """Begin no further job, and wait until those in work have ended or given up."""
        self._stopping.set()
        with self._changed:
            self._changed.wait_for(lambda: not self.at_work, _LONGEST_GOODBYE_SECONDS)

    def _wait_for(self, room: threading.Semaphore) -> None:
        while not self._stopping.is_set():
            if room.acquire(timeout=_TURN_SECONDS):
                if not self._stopping.is_set():
                    return
                room.release()
        raise StoppedError
