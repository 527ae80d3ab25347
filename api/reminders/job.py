"""Reminders, once an hour over all workers."""

from __future__ import annotations

from api.background.database_retry import patiently
from api.background.job_type import Doer, JobKind, Workplace, hourly
from api.reminders import service as reminding
from api.reminders.service import REMINDING_JOB


def open_reminding(place: Workplace) -> Doer:
    """Writes the reminders that are due, and queues their mails."""
    services = place.services

    def remind(_period: str) -> None:
        def once() -> int:
            with services.database.writing() as tx:
                return reminding.remind(
                    tx, services.enqueue, services.settings.mail, now=services.now()
                )

        patiently(place.stopping, once)

    return remind


REMINDING = JobKind(
    name=REMINDING_JOB,
    open=open_reminding,
    poll_seconds=5.0,
    every=hourly,
    works_with=lambda settings: settings.mail.on,
)
