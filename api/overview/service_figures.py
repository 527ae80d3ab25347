"""Figures about the operation of the deployment, for `/metrics` and the page "Service"."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import last_event_time
from api.audit_trail.rows import AuditRow
from api.audit_trail.trail_status import AuditTrailStatus, trail_status
from api.background.job_type import JobType
from api.background.queue_age import queue_ages
from api.background.worker_states import WorkerStates, worker_states
from api.data_protection.copies import COPIED
from api.database.clock import database_now
from api.http.principal import AccessRole
from api.services import Services
from api.settings import Settings
from api.values import FrozenModel

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)


class RecentEvent(StrEnum):
    """A kind of event whose recent occurrences are counted.

    `SIGN_IN_FAILED` counts wrong passwords, codes and passkeys of existing users, and
    `VERIFICATION_FAILED` wrong codes and PINs of people with secret links. `EXPORT` counts
    downloads of personal data by the office. `NEW_DEVICE` counts devices on which a person was
    verified, and browsers in which a user has signed in with a password for the first time.
    """

    SIGN_IN_FAILED = "sign_in_failed"
    VERIFICATION_FAILED = "verification_failed"
    EXPORT = "export"
    NEW_DEVICE = "new_device"


class EventNumbers(FrozenModel):
    """How often an event occurred in the last hour and in the last 24 hours."""

    hour: int = 0
    day: int = 0


class DiskSpace(FrozenModel):
    """The size and the free space of the disk that contains a folder, in bytes."""

    free_bytes: int
    size_bytes: int


class ServiceFigures(FrozenModel):
    """The state of the deployment.

    Attributes:
        at: when the figures were determined.
        workers: the workers by state.
        queue_seconds: how long the oldest job of each type has been waiting, in seconds.
        backed_up_at: when the last backup was made; `None` if there is none.
        disks: the disks of this machine, keyed by folder: `data` and `backups`. A folder that does
            not exist is omitted.
        trail: the state of the audit trail.
        events: the numbers of recent events.
    """

    at: datetime
    workers: WorkerStates
    queue_seconds: dict[str, float]
    backed_up_at: datetime | None
    disks: dict[str, DiskSpace]
    trail: AuditTrailStatus
    events: dict[RecentEvent, EventNumbers]


def service_figures(services: Services, job_types: Sequence[JobType]) -> ServiceFigures:
    """Return the figures, read in a single transaction."""
    with services.database.reading() as tx:
        return ServiceFigures(
            at=services.now(),
            workers=worker_states(tx, services.database),
            queue_seconds=queue_ages(tx, job_types, database_now(tx)),
            backed_up_at=last_event_time(tx, COPIED),
            disks=_disks(services.settings),
            trail=trail_status(tx),
            events=recent_events(tx, now=services.now()),
        )


def recent_events(tx: Transaction, *, now: datetime) -> dict[RecentEvent, EventNumbers]:
    """Return the number of recent events of each kind, counted in the audit trail."""
    office = AuditRow.role.in_([AccessRole.MANAGER, AccessRole.AUDITOR])
    kinds: Mapping[RecentEvent, ColumnElement[bool]] = {
        RecentEvent.SIGN_IN_FAILED: AuditRow.action.in_(
            ["sign-in failed", "confirmation failed", "passkey refused"]
        ),
        RecentEvent.VERIFICATION_FAILED: AuditRow.action.in_(["code wrong", "PIN wrong"]),
        RecentEvent.EXPORT: office
        & AuditRow.action.in_(
            ["plan exported", "message exported", "messages exported", "person exported"]
        ),
        RecentEvent.NEW_DEVICE: or_(
            AuditRow.action == "device verified",
            (AuditRow.action == "user signed in")
            & (AuditRow.detail["new_device"].as_integer() == 1),
        ),
    }
    kind = case(*((condition, name.value) for name, condition in kinds.items()))
    in_hour = func.sum(case((AuditRow.at > now - _HOUR, 1), else_=0))
    counted = tx.execute(
        select(kind, in_hour, func.count())
        .where(AuditRow.at > now - _DAY, or_(*kinds.values()))
        .group_by(kind)
    )
    found = {
        RecentEvent(name): EventNumbers(hour=hour, day=day) for name, hour, day in counted.all()
    }
    return {name: found.get(name, EventNumbers()) for name in RecentEvent}


def _disks(settings: Settings) -> dict[str, DiskSpace]:
    folders = {"data": settings.data_dir, "backups": settings.backup_dir}
    return {
        name: _space(folder)
        for name, folder in folders.items()
        if folder is not None and folder.exists()
    }


def _space(folder: Path) -> DiskSpace:
    usage = shutil.disk_usage(folder)
    return DiskSpace(free_bytes=usage.free, size_bytes=usage.total)
