"""Retention of the people in a cycle: the erasure date, the warning, and holds.

The daily job never erases people without a warning. The job records when it first found that a
cycle is within 30 days of the end of its retention, and erases the people of the cycle no sooner
than 30 days later. This also applies after an upgrade, after the retention setting was shortened,
and after a clock was wrong for a day. The command `gender-coach retention` does not wait for a
warning.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import StringConstraints
from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements.rows import FollowUpRow
from api.cycles.rows import CycleRow
from api.cycles.service import cycle_row
from api.data_protection import facts
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.feedback import SingleLineText

WARNING_PERIOD = timedelta(days=30)


class HoldInput(FrozenModel):
    """The reason for a hold on the erasure of the people in a cycle. It must not name anyone."""

    because: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), SingleLineText
    ]


class Retention(FrozenModel):
    """The retention of the people in a cycle.

    Attributes:
        last_day: the last day of the cycle, or of its last session if that is later.
        erased_on: the day from which the daily job erases the people; `None` if this deployment
            does not erase automatically, if there is a hold, and after erasure.
        soon: whether `erased_on` is at most 30 days away.
        held_at: when the hold was set.
        held_because: the reason for the hold.
        erased_at: when the people were last erased; `None` if they never were, or if this
            deployment will erase data that has been added since.
    """

    last_day: date
    erased_on: date | None
    soon: bool
    held_at: datetime | None
    held_because: str
    erased_at: datetime | None


@dataclass(frozen=True, slots=True)
class _Latest:
    """The end of the last session and the last day of the follow-ups, keyed by cycle id."""

    sessions: Mapping[str, datetime]
    follow_ups: Mapping[str, date]


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """A cycle's retention status today.

    `expires_on` is the end of retention; `None` if there is nothing to erase or if this deployment
    does not erase automatically. The end of retention is never earlier than the last day for
    answering a follow-up.
    """

    row: CycleRow
    today: date
    last_day: date
    expires_on: date | None

    @property
    def announced_on(self) -> date | None:
        """The day on which the warning period started; `None` if it has not started."""
        announced = self.row.erasure_announced_at
        return None if announced is None else announced.astimezone(_zone(self.row)).date()

    @property
    def erased_on(self) -> date | None:
        """The day from which the daily job erases the people; `None` if it will not erase them."""
        if self.expires_on is None or self.row.held_at is not None:
            return None
        return max(self.expires_on, (self.announced_on or self.today) + WARNING_PERIOD)

    @property
    def is_near(self) -> bool:
        """Whether the end of retention is close enough for a warning."""
        return self.expires_on is not None and self.expires_on - self.today <= WARNING_PERIOD

    def is_due(self, *, warned: bool) -> bool:
        """Return whether the people are due to be erased today.

        If `warned` is true, they are due only after the warning period.
        """
        if self.expires_on is None or self.row.held_at is not None or self.today < self.expires_on:
            return False
        if not warned:
            return True
        return self.announced_on is not None and self.announced_on + WARNING_PERIOD <= self.today


def retention_of(tx: Transaction, cycle_id: str, days: int, *, now: datetime) -> Retention:
    """Return the retention of the people in a cycle. `days` is the setting `retention_days`.

    Raises:
        NotFoundError: there is no such cycle.
    """
    status = retention_status(tx, cycle_row(tx, cycle_id), days, now=now)
    on = status.erased_on
    return Retention(
        last_day=status.last_day,
        erased_on=on,
        soon=on is not None and on - status.today <= WARNING_PERIOD,
        held_at=status.row.held_at,
        held_because=status.row.held_because,
        erased_at=status.row.erased_at if status.expires_on is None else None,
    )


def read_retention(services: Services, cycle_id: str) -> Retention:
    """Return the retention of the people in a cycle.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return _retention(services, tx, cycle_id)


def hold(services: Services, cycle_id: str, hold_input: HoldInput) -> Retention:
    """Put a hold on the erasure of the people in a cycle, or replace the reason for the hold.

    Returns the new status.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: the people have already been erased, and no data has been added since.
    """
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        if row.erased_at is not None and not _has_new_data(tx, row):
            raise ConflictError(facts.ALREADY_ERASED())
        row.held_at, row.held_because = row.held_at or services.now(), hold_input.because
        row.erasure_announced_at = None
        record_event(tx, "erasure held", "cycle", cycle_id)
        return _retention(services, tx, cycle_id)


def end_hold(services: Services, cycle_id: str) -> Retention:
    """End a cycle's hold, and return the new status.

    Erasure then requires a new warning period of 30 days.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: there is no hold.
    """
    with services.database.writing() as tx:
        row = cycle_row(tx, cycle_id)
        if row.held_at is None:
            raise ConflictError(facts.NO_HOLD())
        row.held_at, row.held_because, row.erasure_announced_at = None, "", None
        record_event(tx, "erasure released", "cycle", cycle_id)
        return _retention(services, tx, cycle_id)


def record_erasure_warnings(tx: Transaction, days: int, *, now: datetime) -> int:
    """Start the warning periods of cycles near the end of retention, and return how many started.

    If a cycle is on hold, or no longer near its end of retention because the setting or its dates
    have changed, its warning is withdrawn. A later warning period again lasts 30 days.
    """
    new = 0
    for status in retention_statuses(tx, days, now=now):
        row = status.row
        warn = status.is_near and row.held_at is None
        if warn and row.erasure_announced_at is None:
            row.erasure_announced_at = now
            record_event(tx, "erasure announced", "cycle", row.id)
            new += 1
        elif not warn:
            row.erasure_announced_at = None
    return new


def retention_statuses(tx: Transaction, days: int, *, now: datetime) -> tuple[RetentionStatus, ...]:
    """Return all cycles' retention statuses, oldest first."""
    rows = tx.scalars(select(CycleRow).order_by(CycleRow.created_at, CycleRow.id)).all()
    last = dict(
        tx.execute(
            select(SessionRow.cycle_id, func.max(SessionRow.ends_at))
            .where(SessionRow.state == SessionState.CONFIRMED)
            .group_by(SessionRow.cycle_id)
        ).all()
    )
    latest = _Latest(last, _last_follow_ups(tx))
    return tuple(_status(tx, row, latest, days, now) for row in rows)


def retention_status(
    tx: Transaction, row: CycleRow, days: int, *, now: datetime
) -> RetentionStatus:
    """Return a cycle's retention status."""
    last = tx.scalar(
        select(func.max(SessionRow.ends_at)).where(
            SessionRow.cycle_id == row.id, SessionRow.state == SessionState.CONFIRMED
        )
    )
    sessions = {} if last is None else {row.id: last}
    return _status(tx, row, _Latest(sessions, _last_follow_ups(tx, row.id)), days, now)


def _retention(services: Services, tx: Transaction, cycle_id: str) -> Retention:
    return retention_of(tx, cycle_id, services.settings.retention_days, now=services.now())


def _last_follow_ups(tx: Transaction, cycle_id: str | None = None) -> dict[str, date]:
    """Return the last day for answering the follow-ups of one cycle or all, keyed by cycle id."""
    query = (
        select(FollowUpRow.cycle_id, func.max(FollowUpRow.until))
        .join(PersonRow, PersonRow.id == FollowUpRow.person_id)
        .where(FollowUpRow.ended_at.is_(None), PersonRow.left_at.is_(None))
        .group_by(FollowUpRow.cycle_id)
    )
    if cycle_id is not None:
        query = query.where(FollowUpRow.cycle_id == cycle_id)
    return dict(tx.execute(query).all())


def _status(
    tx: Transaction, row: CycleRow, latest: _Latest, days: int, now: datetime
) -> RetentionStatus:
    last_day = date.fromisoformat(row.policy["cycle"]["end"])
    if row.id in latest.sessions:  # after publishing, the cycle may have been shortened
        last_day = max(last_day, latest.sessions[row.id].astimezone(_zone(row)).date())
    kept = not days or (row.erased_at is not None and not _has_new_data(tx, row))
    expires_on = last_day + timedelta(days=days)
    if row.id in latest.follow_ups:
        expires_on = max(expires_on, latest.follow_ups[row.id] + timedelta(days=1))
    return RetentionStatus(
        row=row,
        today=now.astimezone(_zone(row)).date(),
        last_day=last_day,
        expires_on=None if kept else expires_on,
    )


def _has_new_data(tx: Transaction, row: CycleRow) -> bool:
    """Return whether a cycle has data to erase, including data added after an earlier erasure."""
    if row.erased_at is None or row.changed_at > row.erased_at:
        return True
    there = select(PersonRow.id).where(PersonRow.cycle_id == row.id, PersonRow.erased_at.is_(None))
    return tx.scalar(there.limit(1)) is not None


def _zone(row: CycleRow) -> ZoneInfo:
    return ZoneInfo(row.policy["cycle"]["timezone"])
