"""Assesses a deployment's figures, giving the urgency of each and advice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from api.audit_trail.trail_status import AuditTrailStatus
from api.background.worker_states import WorkerState, WorkerStates
from api.overview import service_facts as facts
from api.overview.service_figures import DiskSpace, RecentEvent, ServiceFigures
from api.overview.trail_state import check_result
from api.web.date_formats import format_short_datetime
from coach.texts.facts import Fact

QUEUE_LIMIT = timedelta(minutes=15)
BACKUP_LIMIT = timedelta(hours=26)
TRAIL_LIMIT = timedelta(hours=50)
FREE_SHARE = 0.1
EVENT_LIMITS = {
    RecentEvent.SIGN_IN_FAILED: 20,
    RecentEvent.VERIFICATION_FAILED: 20,
    RecentEvent.EXPORT: 10,
    RecentEvent.NEW_DEVICE: 50,
}
"""The maximum number of events within an hour that is considered normal."""

_UTC = ZoneInfo("UTC")
_GIGABYTE = 1e9
_DISKS = {"data": facts.DISK_OF_DATA(), "backups": facts.DISK_OF_BACKUPS()}
_EVENTS = {
    RecentEvent.SIGN_IN_FAILED: (facts.SIGN_INS(), facts.SEE_SIGN_INS()),
    RecentEvent.VERIFICATION_FAILED: (facts.VERIFICATIONS(), facts.SEE_VERIFICATIONS()),
    RecentEvent.EXPORT: (facts.EXPORTS(), facts.SEE_EXPORTS()),
    RecentEvent.NEW_DEVICE: (facts.DEVICES(), facts.SEE_DEVICES()),
}


class Tone(StrEnum):
    """The urgency of a line of the report."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class ServiceCheck:
    """One line of the report: its permanent name, its heading, its state, and advice."""

    name: str
    heading: Fact
    tone: Tone
    state: Fact
    what_to_do: Fact = facts.NOTHING_TO_DO()  # noqa: RUF009 - immutable


def service_checks(figures: ServiceFigures) -> tuple[ServiceCheck, ...]:
    """Return the lines of the report on `figures`, always in the same order."""
    return (
        _workers(figures.workers),
        _queue(figures),
        _backup(figures),
        *(_disk(folder, disk) for folder, disk in figures.disks.items()),
        _trail(figures.trail, figures),
        *_events(figures),
    )


def _workers(workers: WorkerStates) -> ServiceCheck:
    alive = workers.slots[WorkerState.ALIVE]
    others = workers.slots[WorkerState.SILENT] + workers.slots[WorkerState.DEAD]
    if not alive:
        state, what_to_do = facts.NONE_ALIVE(), facts.START_WORKER()
        return ServiceCheck("workers", facts.WORKERS(), Tone.BAD, state, what_to_do)
    state = facts.ALIVE(count=len(alive))
    if not others:
        return ServiceCheck("workers", facts.WORKERS(), Tone.GOOD, state)
    state = facts.NOT_ALIVE(count=len(others), alive=state, names=", ".join(others))
    return ServiceCheck("workers", facts.WORKERS(), Tone.WARN, state, facts.END_SILENT())


def _queue(figures: ServiceFigures) -> ServiceCheck:
    oldest = timedelta(seconds=max(figures.queue_seconds.values(), default=0.0))
    if oldest <= QUEUE_LIMIT:
        short = facts.QUEUE_SHORT(minutes=_minutes(QUEUE_LIMIT))
        return ServiceCheck("queue", facts.QUEUE(), Tone.GOOD, short)
    state = facts.QUEUE_LONG(minutes=_minutes(oldest))
    return ServiceCheck("queue", facts.QUEUE(), Tone.WARN, state, facts.FIND_DELAY())


def _backup(figures: ServiceFigures) -> ServiceCheck:
    at = figures.backed_up_at
    if at is None:
        state, advice = facts.NEVER_BACKED_UP(), facts.MAKE_BACKUP()
        return ServiceCheck("backup", facts.BACKUP(), Tone.BAD, state, advice)
    when = format_short_datetime(at, _UTC)
    if figures.at - at <= BACKUP_LIMIT:
        return ServiceCheck("backup", facts.BACKUP(), Tone.GOOD, facts.BACKED_UP(when=when))
    hours = facts.HOURS(count=round(BACKUP_LIMIT / timedelta(hours=1)))
    late = facts.BACKED_UP_LONG_AGO(when=when, hours=hours)
    return ServiceCheck("backup", facts.BACKUP(), Tone.BAD, late, facts.MAKE_BACKUP())


def _disk(folder: str, disk: DiskSpace) -> ServiceCheck:
    name, heading = f"disk_{folder}", _DISKS[folder]
    state = facts.SPACE(free=disk.free_bytes / _GIGABYTE, size=disk.size_bytes / _GIGABYTE)
    if disk.free_bytes >= FREE_SHARE * disk.size_bytes:
        return ServiceCheck(name, heading, Tone.GOOD, state)
    return ServiceCheck(name, heading, Tone.BAD, state, facts.FREE_SPACE())


def _trail(trail: AuditTrailStatus, figures: ServiceFigures) -> ServiceCheck:
    heading, check = facts.AUDIT_TRAIL(), trail.last_check
    tone, state = check_result(trail)
    if tone == Tone.BAD:
        return ServiceCheck("audit_trail", heading, Tone.BAD, state, facts.INVESTIGATE_TRAIL())
    if check is not None and figures.at - check.at > TRAIL_LIMIT:
        state = facts.CHECKED_LONG_AGO(when=format_short_datetime(check.at, _UTC))
        return ServiceCheck("audit_trail", heading, Tone.WARN, state, facts.CHECK_TRAIL())
    if tone == Tone.WARN:
        return ServiceCheck("audit_trail", heading, Tone.WARN, state, facts.CHECK_TRAIL())
    return ServiceCheck("audit_trail", heading, Tone.GOOD, state)


def _events(figures: ServiceFigures) -> Iterator[ServiceCheck]:
    for event, numbers in figures.events.items():
        heading, what_to_do = _EVENTS[event]
        state = facts.EVENTS(hour=numbers.hour, day=numbers.day)
        if numbers.hour <= EVENT_LIMITS[event]:
            yield ServiceCheck(event.value, heading, Tone.GOOD, state)
        else:
            yield ServiceCheck(event.value, heading, Tone.WARN, state, what_to_do)


def _minutes(time: timedelta) -> Fact:
    return facts.MINUTES(count=int(time / timedelta(minutes=1)))
