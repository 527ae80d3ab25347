"""The daily check of the audit trail: every row is sealed anew and compared."""

from __future__ import annotations

import logging

from api.audit_trail import log as audit
from api.background.job_type import Doer, JobKind, StoppedError, Workplace, daily
from api.overview import audit_trail

_LOG = logging.getLogger(__name__)


def verifying(place: Workplace) -> Doer:
    """Checks the trail whole, and keeps what it found."""
    services = place.services

    def stop_if_asked() -> None:
        if place.stopping.is_set():
            raise StoppedError

    def verify(_day: str) -> None:
        with services.database.reading() as tx:
            report = audit.verify(tx, services.keyring, between_pages=stop_if_asked)
        if report.first_broken is not None:
            _LOG.error("the audit trail is broken from row %d", report.first_broken)
        with services.database.writing() as tx:
            audit_trail.keep_check(tx, report, now=services.now())

    return verify


VERIFYING = JobKind(name="verifying", open=verifying, poll_seconds=30, every=daily)
