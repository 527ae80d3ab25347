"""Job queues, stored by the job engine (DBOS) in the application's database.

Jobs are queued as part of a transaction. Their arguments and results are identifiers, never
personal data. They are serialised as JSON, because the default serializer uses pickle, which would
let anyone with write access to the database execute code.
"""

from __future__ import annotations

import logging
from collections.abc import Container, Iterable

from dbos import DBOS, DBOSClient, DBOSConfig, EnqueueOptions
from dbos import DBOSPortableJSONSerializer as PlainJson
from sqlalchemy import Engine
from sqlalchemy.orm import Session as Transaction

from api.background.job import NO_DELAY, Job
from api.background.job_type import JobType
from api.database.engine import open_jobs_engine

APPLICATION = "gender-coach"
APPLICATION_VERSION = "1"  # pinned, so that jobs queued before an upgrade still run after it


class JobQueue:
    """The producer side of the queues. Instances implement `api.background.job.Enqueue`."""

    def __init__(self, url: str, job_types: Iterable[JobType]) -> None:
        self._job_types = {job_type.name: job_type for job_type in job_types}
        self._engine = open_jobs_engine(url)
        self._client = DBOSClient(
            system_database_engine=self._engine,
            serializer=PlainJson(),
            application_name=APPLICATION,
            lazy=True,
            retry_connection_errors=False,
        )

    def __call__(self, tx: Transaction, job: Job) -> None:
        """Queue `job`, unless the same job was queued before."""
        job_type = self._job_types[job.job_type]
        options: EnqueueOptions = {
            "workflow_name": job_type.name,
            "queue_name": job_type.queue_name,
            "workflow_id": job.id,
            "app_version": APPLICATION_VERSION,
        }
        if job_type.partitioned:
            options["queue_partition_key"] = job.partition or ""
        if job.priority:
            options["priority"] = job.priority
        if job.delay > NO_DELAY:
            options["delay_seconds"] = job.delay.total_seconds()
        self._client.enqueue_in_transaction(tx, options, job.subject_id)

    def release_jobs(self, slot: str, *, running: Container[str]) -> None:
        """Return a slot's jobs to their queues and reset their crash counts.

        The jobs in `running` are not affected.
        """
        pending = self._client.list_workflows(
            status="PENDING",
            executor_id=slot,
            name=list(self._job_types),
            load_input=False,
            load_output=False,
        )
        for job in pending:
            if job.workflow_id not in running:
                queue = self._job_types[job.name].queue_name
                self._client.resume_workflows([job.workflow_id], queue_name=queue)

    def close(self) -> None:
        """Close all connections."""
        self._client.destroy()
        self._engine.dispose()


def migrate_job_tables(url: str) -> None:
    """Create or migrate the tables of the job engine."""
    logging.getLogger("dbos").setLevel(logging.WARNING)
    DBOS.migrate(url)


def dbos_config(engine: Engine, executor_id: str) -> DBOSConfig:
    """Return the job engine's configuration, with telemetry disabled."""
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
