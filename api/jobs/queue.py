"""Putting jobs into the queue, and the worker that takes them out.

DBOS keeps its tables in the same database, so that a job is queued in the very transaction that
causes it. Its arguments and results are identifiers only, never personal data, and its serializer
is JSON: the default would run whatever code somebody wrote into the database.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime

from dbos import DBOS, DBOSClient, DBOSConfig
from dbos import DBOSPortableJSONSerializer as PlainJson
from sqlalchemy import Engine
from sqlalchemy.orm import Session as Transaction

from api.jobs.heartbeat import Heartbeat
from api.jobs.solving import Solving
from api.store.database import Database, open_jobs_engine

APPLICATION = "gender-coach"
APPLICATION_VERSION = "1"  # pinned: a job queued before an upgrade is done after it
RUN_QUEUE = "runs"
RUN_JOB = "run"
MAX_RECOVERIES = 10
_POLL_SECONDS = 0.5


class RunQueue:
    """The producing end: callable as `api.workflows.runs.Enqueue`."""

    def __init__(self, url: str) -> None:
        self._engine = open_jobs_engine(url)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            serializer=PlainJson(),
            application_name=APPLICATION,
            lazy=True,
        )

    def __call__(self, tx: Transaction, run_id: str) -> None:
        """Queue the job of run `run_id`; doing so twice queues it once."""
        self._client.enqueue_in_transaction(
            tx,
            {
                "workflow_name": RUN_JOB,
                "queue_name": RUN_QUEUE,
                "workflow_id": f"run-{run_id}",
                "app_version": APPLICATION_VERSION,
            },
            run_id,
        )

    def close(self) -> None:
        """Give back every connection."""
        self._client.destroy()
        self._engine.dispose()


class Worker:
    """The consuming end: takes one run at a time, and takes up again what a crash interrupted.

    `executor_id` belongs to this process alone and stays the same when it starts again: by it the
    worker knows which interrupted jobs are its own. A process holds at most one worker.
    """

    def __init__(self, database: Database, executor_id: str, now: Callable[[], datetime]) -> None:
        self._url = database.url
        self._executor_id = executor_id
        self._solving = Solving(database, executor_id, now)
        self._heartbeat = Heartbeat(database, executor_id, now)
        self._engine: Engine | None = None

    def start(self) -> None:
        """Begin taking jobs, in threads of this process."""
        self._engine = open_jobs_engine(self._url)
        logging.getLogger("dbos").setLevel(logging.WARNING)
        DBOS(config=job_settings(self._engine, self._executor_id))

        def run(run_id: str) -> None:
            self._solving(run_id)

        DBOS.workflow(name=RUN_JOB, max_recovery_attempts=MAX_RECOVERIES)(run)
        DBOS.launch()
        self._heartbeat.start()
        DBOS.register_queue(RUN_QUEUE, worker_concurrency=1, polling_interval_sec=_POLL_SECONDS)

    def stop(self) -> None:
        """Take no more jobs. One in work stays interrupted until a worker of this id starts."""
        self._heartbeat.stop()
        self._solving.stop()
        DBOS.destroy(destroy_registry=True)
        if self._engine is not None:
            self._engine.dispose()


def prepare_job_tables(url: str) -> None:
    """Create or bring up to date the tables of the job engine."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    DBOS.migrate(url)


def job_settings(engine: Engine, executor_id: str) -> DBOSConfig:
    """How the job engine is set up; nothing of it leaves this machine."""
    return {
        "name": APPLICATION,
        "system_database_engine": engine,
        "system_database_url": str(engine.url.render_as_string(hide_password=False)),
        "application_version": APPLICATION_VERSION,
        "executor_id": executor_id,
        "serializer": PlainJson(),
        "enable_otlp": False,
        "run_migrations": False,
        "log_level": "WARNING",
    }
