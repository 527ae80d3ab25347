"""Deletes old jobs, so that the job engine's tables do not grow indefinitely."""

from __future__ import annotations

from datetime import datetime

from dbos import DBOSClient
from dbos import DBOSPortableJSONSerializer as PlainJson

from api.database.engine import open_jobs_engine

_ENDED = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_BATCH_SIZE = 500


def purge_finished_jobs(url: str, before: datetime) -> int:
    """Delete all jobs that ended before the given time, in batches, and return their number.

    Queued, delayed and running jobs are never deleted.
    """
    engine = open_jobs_engine(url)
    client = DBOSClient(system_database_engine=engine, serializer=PlainJson(), lazy=True)
    purged = 0
    try:
        while True:
            ended = client.list_workflows(
                status=_ENDED,
                completed_before=before.isoformat(),
                limit=_BATCH_SIZE,
                load_input=False,
                load_output=False,
            )
            if ended:
                client.delete_workflows([job.workflow_id for job in ended])
                purged += len(ended)
            if len(ended) < _BATCH_SIZE:
                return purged
    finally:
        client.destroy()
        engine.dispose()
