"""Metrics that are computed from the database: runs, jobs and messages."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import func, select

from api.background.job_type import JobType
from api.background.orphaned_jobs import count_orphaned_jobs
from api.background.rows import TaskState
from api.invitations.rows import OutboxRow
from api.runs.rows import RunRow
from api.services import Services


def database_metrics(services: Services, job_types: Sequence[JobType]) -> str:
    """Return the metrics in the Prometheus text format."""
    with services.database.reading() as tx:
        runs = dict.fromkeys(TaskState, 0)
        for state, number in tx.execute(select(RunRow.state, func.count()).group_by(RunRow.state)):
            runs[state] = number
        unsent = tx.scalar(select(func.count()).where(OutboxRow.sent_at.is_(None))) or 0
        orphaned = count_orphaned_jobs(tx, job_types, services.now())
    lines = ["# HELP gender_coach_runs Runs by state.", "# TYPE gender_coach_runs gauge"]
    lines += [f'gender_coach_runs{{state="{state}"}} {number}' for state, number in runs.items()]
    lines += [
        "# HELP gender_coach_stranded_jobs Jobs in progress whose worker has no heartbeat.",
        "# TYPE gender_coach_stranded_jobs gauge",
        *(f'gender_coach_stranded_jobs{{kind="{kind}"}} {n}' for kind, n in orphaned.items()),
        "# HELP gender_coach_outbox_unsent Messages that have not been sent.",
        "# TYPE gender_coach_outbox_unsent gauge",
        f"gender_coach_outbox_unsent {unsent}",
    ]
    return "\n".join(lines) + "\n"
