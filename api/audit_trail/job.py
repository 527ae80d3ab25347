"""The daily verification of the audit trail, and the publication of its head."""

from __future__ import annotations

import logging

from api.audit_trail.head_publication import publish_head
from api.audit_trail.verification import verify_and_store
from api.background.job_type import JobContext, JobHandler, JobType, WorkerShutdownError, daily

_LOG = logging.getLogger(__name__)


def create_verification_handler(context: JobContext) -> JobHandler:
    """Create a handler that verifies the entire trail, and stores the result and the head."""

    def raise_if_stopping() -> None:
        if context.stopping.is_set():
            raise WorkerShutdownError

    def verify(_day: str) -> None:
        result = verify_and_store(context.services, between_pages=raise_if_stopping)
        if result.first_broken is not None:
            _LOG.error("the audit trail is broken from row %d", result.first_broken)
        if result.missing_from is not None:
            _LOG.error(
                "the audit trail once had %d rows, and its end is missing", result.missing_from
            )
        for row in result.unsealed:
            _LOG.error("the seal of a row is not valid: %s %s", row.table, row.id)
        publish_head(context.services, result)

    return verify


JOBS = (
    JobType(
        name="verifying",
        create_handler=create_verification_handler,
        poll_seconds=30,
        schedule=daily,
    ),
)
