"""The daily check of the audit trail: every row is sealed anew and compared."""

from __future__ import annotations

import logging

from api.audit_trail import log as audit
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError, daily
from api.overview import audit_trail

_LOG = logging.getLogger(__name__)


def create_verification_handler(context: JobContext) -> JobHandler:
    """Checks the trail whole, and keeps what it found."""
    services = context.services

    def raise_if_stopping() -> None:
        if context.stopping.is_set():
            raise WorkerShutdownError

    def verify(_day: str) -> None:
        with services.database.reading() as tx:
            report = audit.verify(tx, services.keyring, between_pages=raise_if_stopping)
        if report.first_broken is not None:
            _LOG.error("the audit trail is broken from row %d", report.first_broken)
        with services.database.writing() as tx:
            audit_trail.store_check_result(tx, report, now=services.now())

    return verify


AUDIT_VERIFICATION_JOB_TYPE = JobType(
    name="verifying", create_handler=create_verification_handler, poll_seconds=30, schedule=daily
)
