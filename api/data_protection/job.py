"""Retention, once a day over all workers: warnings, cycles past their time, secrets, old jobs."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

from api.background.database_retry import patiently
from api.background.job_type import Doer, JobKind, StoppedError, Workplace, daily
from api.background.purge import forget_finished
from api.data_protection import retention_policy as retention_dates
from api.data_protection import retention_sweep as retention
from api.data_protection.retention_sweep import RETENTION_JOB

_JOBS_STAY = timedelta(days=7)


def retaining(place: Workplace) -> Doer:
    """Does whatever is due, one transaction for each cycle."""
    services, stopping = place.services, place.stopping
    days = services.settings.retention_days

    def announce() -> tuple[str, ...]:
        with services.database.writing() as tx:
            retention_dates.announce(tx, days, now=services.now())
            return retention.due_cycles(tx, days, now=services.now())

    def erase(cycle_id: str) -> None:
        with services.database.writing() as tx:
            retention.erase_cycle(tx, cycle_id, days, now=services.now())

    def sweep() -> None:
        with services.database.writing() as tx:
            retention.sweep(tx, now=services.now())
        services.database.forget_deleted()
        forget_finished(services.settings.database_url, services.now() - _JOBS_STAY)

    def retain(_day: str) -> None:
        for cycle_id in patiently(stopping, announce):
            if stopping.is_set():
                raise StoppedError
            patiently(stopping, partial(erase, cycle_id))
        patiently(stopping, sweep)

    return retain


RETAINING = JobKind(name=RETENTION_JOB, open=retaining, poll_seconds=30, every=daily)
