"""Metrics computed from the database: runs, jobs and messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select

from api.audit_trail.head_publication import HEAD_STORED
from api.audit_trail.log import last_event_time
from api.audit_trail.trail_status import AuditTrailStatus
from api.background.job_type import JobType
from api.background.orphaned_jobs import count_orphaned_jobs
from api.background.rows import TaskState
from api.background.worker_states import WorkerStates
from api.crypto.row_seal import refused_rows
from api.database.clock import database_now
from api.mail.rows import SENT_STATES, MailKind, MailRow
from api.overview.service_figures import ServiceFigures, service_figures
from api.runs.rows import RunRow
from api.services import Services
from api.session_reports.notebooks import count_legacy_notebooks


def database_metrics(services: Services, job_types: Sequence[JobType]) -> str:
    """Return the metrics in the Prometheus text format."""
    figures = service_figures(services, job_types)
    with services.database.reading() as tx:
        runs = dict.fromkeys(TaskState, 0)
        for state, number in tx.execute(select(RunRow.state, func.count()).group_by(RunRow.state)):
            runs[state] = number
        unsent_query = select(func.count()).where(
            MailRow.kind == MailKind.INVITATION, MailRow.state.not_in(SENT_STATES)
        )
        unsent = tx.scalar(unsent_query) or 0
        anchored = last_event_time(tx, HEAD_STORED)
        legacy = count_legacy_notebooks(tx)
        orphaned = count_orphaned_jobs(tx, job_types, database_now(tx))
        interrupted = tx.scalar(select(func.sum(MailRow.interrupted))) or 0
    lines = ["# HELP gender_coach_runs Runs by state.", "# TYPE gender_coach_runs gauge"]
    lines += [f'gender_coach_runs{{state="{state}"}} {number}' for state, number in runs.items()]
    lines += [
        "# HELP gender_coach_stranded_jobs Running jobs whose worker sends no heartbeats.",
        "# TYPE gender_coach_stranded_jobs gauge",
        *(f'gender_coach_stranded_jobs{{kind="{kind}"}} {n}' for kind, n in orphaned.items()),
        "# HELP gender_coach_outbox_unsent Messages that have not been sent.",
        "# TYPE gender_coach_outbox_unsent gauge",
        f"gender_coach_outbox_unsent {unsent}",
        "# HELP gender_coach_notebooks_legacy Notebooks that the key file opens without the coach.",
        "# TYPE gender_coach_notebooks_legacy gauge",
        f"gender_coach_notebooks_legacy {legacy}",
        *_worker_metrics(figures.workers),
        "# HELP gender_coach_mails_interrupted Interrupted attempts, each perhaps a duplicate.",
        "# TYPE gender_coach_mails_interrupted gauge",
        f"gender_coach_mails_interrupted {interrupted}",
        *_audit_metrics(figures.trail, anchored),
        *_seal_metrics(),
        *_queue_metrics(figures),
        *_backup_metrics(figures),
        *_event_metrics(figures),
    ]
    return "\n".join(lines) + "\n"


def _worker_metrics(workers: WorkerStates) -> Iterator[str]:
    yield "# HELP gender_coach_workers Workers by state; silent ones hold their lease."
    yield "# TYPE gender_coach_workers gauge"
    for state, slots in workers.slots.items():
        yield f'gender_coach_workers{{state="{state}"}} {len(slots)}'
    yield "# HELP gender_coach_worker_takeovers_total Dead workers whose jobs were taken over."
    yield "# TYPE gender_coach_worker_takeovers_total counter"
    yield f"gender_coach_worker_takeovers_total {workers.takeovers}"


def _audit_metrics(trail: AuditTrailStatus, anchored: datetime | None) -> Iterator[str]:
    check = trail.last_check
    intact = check is None or (
        check.first_broken is None and check.missing_from is None and not check.lost_rows
    )
    unsealed = 0 if check is None else check.unsealed_rows
    verified = None if check is None else check.at
    for name, meaning, value in (
        ("rows", "Rows of the audit trail.", trail.rows),
        ("intact", "1 unless the last verification found a fault or lost rows.", int(intact)),
        (
            "verified_seconds",
            "Unix time of the last verification; 0 if none.",
            _seconds(verified),
        ),
        ("unsealed_rows", "Rows without a valid seal at the last verification.", unsealed),
        (
            "anchored_seconds",
            "Unix time at which the head was last stored outside the database; 0 if never.",
            _seconds(anchored),
        ),
    ):
        yield f"# HELP gender_coach_audit_{name} {meaning}"
        yield f"# TYPE gender_coach_audit_{name} gauge"
        yield f"gender_coach_audit_{name} {value}"


def _seal_metrics() -> Iterator[str]:
    yield "# HELP gender_coach_refused_rows_total Uses of rows whose seal was not valid."
    yield "# TYPE gender_coach_refused_rows_total counter"
    for table, number in refused_rows().items():
        yield f'gender_coach_refused_rows_total{{table="{table}"}} {number}'


def _queue_metrics(figures: ServiceFigures) -> Iterator[str]:
    yield "# HELP gender_coach_queue_seconds Time that the oldest job of a kind has been waiting."
    yield "# TYPE gender_coach_queue_seconds gauge"
    for kind, seconds in figures.queue_seconds.items():
        yield f'gender_coach_queue_seconds{{kind="{kind}"}} {seconds:.0f}'


def _backup_metrics(figures: ServiceFigures) -> Iterator[str]:
    yield "# HELP gender_coach_backup_seconds Unix time of the last backup; 0 if there is none."
    yield "# TYPE gender_coach_backup_seconds gauge"
    yield f"gender_coach_backup_seconds {_seconds(figures.backed_up_at)}"
    yield "# HELP gender_coach_disk_free_bytes Free space on the disk of a folder."
    yield "# TYPE gender_coach_disk_free_bytes gauge"
    for folder, disk in figures.disks.items():
        yield f'gender_coach_disk_free_bytes{{folder="{folder}"}} {disk.free_bytes}'
    yield "# HELP gender_coach_disk_size_bytes Size of the disk of a folder."
    yield "# TYPE gender_coach_disk_size_bytes gauge"
    for folder, disk in figures.disks.items():
        yield f'gender_coach_disk_size_bytes{{folder="{folder}"}} {disk.size_bytes}'


def _event_metrics(figures: ServiceFigures) -> Iterator[str]:
    yield "# HELP gender_coach_recent_events Events in the audit trail within a period."
    yield "# TYPE gender_coach_recent_events gauge"
    for event, numbers in figures.events.items():
        yield f'gender_coach_recent_events{{event="{event}",period="1h"}} {numbers.hour}'
        yield f'gender_coach_recent_events{{event="{event}",period="24h"}} {numbers.day}'


def _seconds(at: datetime | None) -> int:
    return 0 if at is None else int(at.timestamp())
