"""Use cases for the programme office: creating, changing and cancelling a group event."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.cycles.service import cycle_row
from api.database.types import new_id
from api.group_events import facts
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.group_events.invited import update_invitations
from api.group_events.reading import dates_of, event_row, event_view, input_of
from api.group_events.views import GroupEvent
from api.participants.group_rows import (
    GroupEventDateRow,
    GroupEventPersonRow,
    GroupEventRow,
)
from api.participants.rows import PersonRow
from api.services import Services
from coach.errors import ChangedSinceError, ConflictError, Difference, differing
from coach.group_events import Audience, Occurrence


def create_event(services: Services, cycle_id: str, entered: GroupEventInput) -> GroupEvent:
    """Create a group event in a cycle, and draft the invitations to it.

    Raises:
        NotFoundError: there is no such cycle.
        ConflictError: a date is in the past; a chosen person is not in the cycle; or the same event
            already exists at this time, for example because the button was pressed twice.
    """
    now = services.now()
    with services.database.writing() as tx:
        cycle_row(tx, cycle_id)
        _require_new(tx, cycle_id, entered)
        event = GroupEventRow(id=new_id(), cycle_id=cycle_id, created_at=now, version=1)
        _store_values(event, entered)
        tx.add(event)
        tx.flush()
        _store_people(tx, event, entered)
        for occurrence in entered.occurrences:
            _require_coming(occurrence, now)
            tx.add(_new_date(event, occurrence))
        mails = update_invitations(tx, services, event, now=now)
        record_event(tx, "group event created", "group event", event.id, messages=len(mails))
        return event_view(tx, event, now=now)


def change_event(
    services: Services,
    cycle_id: str,
    event_id: str,
    entered: GroupEventInput,
    *,
    version: int | None,
) -> GroupEvent:
    """Change a group event, and draft the resulting messages.

    People are asked again only if a time changes. Upcoming dates that are omitted are removed.
    `version` is the version on which the change is based; `None` disables the check.

    Raises:
        NotFoundError: there is no such event in this cycle.
        ChangedSinceError: the event has another version; nothing was changed.
        ConflictError: the event is cancelled or over; see also `create_event`.
    """
    now = services.now()
    with services.database.writing() as tx:
        event = event_row(tx, cycle_id, event_id)
        require_version(tx, event, version, entered, now)
        _require_open(tx, event, now)
        _store_values(event, entered)
        _store_people(tx, event, entered)
        _store_dates(tx, event, entered, now)
        event.version += 1
        mails = update_invitations(tx, services, event, now=now)
        record_event(
            tx,
            "group event changed",
            "group event",
            event.id,
            version=event.version,
            messages=len(mails),
        )
        return event_view(tx, event, now=now)


def cancel_event(
    services: Services, cycle_id: str, event_id: str, *, version: int | None
) -> GroupEvent:
    """Cancel a group event, and draft cancellations of its upcoming dates.

    Raises:
        NotFoundError: there is no such event in this cycle.
        ChangedSinceError: the event has another version; nothing was changed.
        ConflictError: the event is already cancelled, or over.
    """
    now = services.now()
    with services.database.writing() as tx:
        event = event_row(tx, cycle_id, event_id)
        require_version(tx, event, version, None, now)
        _require_open(tx, event, now)
        event.cancelled_at = now
        event.version += 1
        mails = update_invitations(tx, services, event, now=now)
        record_event(tx, "group event cancelled", "group event", event.id, messages=len(mails))
        return event_view(tx, event, now=now)


def require_version(
    tx: Transaction,
    event: GroupEventRow,
    version: int | None,
    entered: GroupEventInput | None,
    now: datetime,
) -> None:
    """Require that an event still has the version that was seen; `None` disables the check.

    Raises:
        ChangedSinceError: the event has another version; the error contains the differences from
            `entered`, if anything was entered.
    """
    if version is None or version == event.version:
        return
    differences: tuple[Difference, ...] = ()
    if entered is not None:
        differences = differing(_comparable(input_of(tx, event, now)), _comparable(entered))
    raise ChangedSinceError(facts.CHANGED_SINCE(), differences)


def _comparable(entered: GroupEventInput) -> dict[str, object]:
    """Return the fields as JSON values, with the dates as readable text."""
    dates = (f"{one.day} {one.clock:%H:%M}" if one.clock else f"{one.day}" for one in entered.dates)
    return entered.model_dump(mode="json") | {"dates": "; ".join(dates)}


def _require_open(tx: Transaction, event: GroupEventRow, now: datetime) -> None:
    if event.cancelled_at is not None:
        raise ConflictError(facts.CANCELLED())
    if all(date.starts_at <= now for date in dates_of(tx, [event.id])[event.id]):
        raise ConflictError(facts.OVER())


def _require_new(tx: Transaction, cycle_id: str, entered: GroupEventInput) -> None:
    starts = [one.start for one in entered.occurrences]
    same = (
        select(GroupEventRow.id)
        .join(GroupEventDateRow, GroupEventDateRow.event_id == GroupEventRow.id)
        .where(
            GroupEventRow.cycle_id == cycle_id,
            GroupEventRow.kind == entered.kind,
            GroupEventRow.title == entered.title,
            GroupEventRow.audience == entered.audience,
            GroupEventRow.cancelled_at.is_(None),
            GroupEventDateRow.removed_at.is_(None),
            GroupEventDateRow.starts_at.in_(starts),
        )
    )
    if entered.audience is not Audience.CHOSEN and tx.scalar(same.limit(1)) is not None:
        raise ConflictError(facts.SAME_EVENT())
    chosen = select(GroupEventPersonRow.person_id)
    for event_id in tx.scalars(same.distinct()).all():
        people = tx.scalars(chosen.where(GroupEventPersonRow.event_id == event_id))
        if set(people) == set(entered.people):
            raise ConflictError(facts.SAME_EVENT())


def _require_coming(occurrence: Occurrence, now: datetime) -> None:
    if occurrence.start <= now:
        raise ConflictError(facts.IN_THE_PAST())


def _store_values(event: GroupEventRow, entered: GroupEventInput) -> None:
    event.kind, event.title, event.timezone = entered.kind, entered.title, entered.timezone
    event.place, event.join_link = entered.place, entered.join_link
    event.audience, event.is_required = entered.audience, entered.required


def _store_people(tx: Transaction, event: GroupEventRow, entered: GroupEventInput) -> None:
    """Store an event's audience. Selected people who have left the cycle may stay selected."""
    wanted = set(entered.people) if entered.audience is Audience.CHOSEN else set()
    of_event = GroupEventPersonRow.event_id == event.id
    before = set(tx.scalars(select(GroupEventPersonRow.person_id).where(of_event)))
    here = select(PersonRow.id).where(
        PersonRow.cycle_id == event.cycle_id, PersonRow.left_at.is_(None)
    )
    if wanted - before - set(tx.scalars(here)):
        raise ConflictError(facts.UNKNOWN_PEOPLE())
    tx.execute(delete(GroupEventPersonRow).where(of_event))
    tx.add_all(GroupEventPersonRow(event_id=event.id, person_id=one) for one in sorted(wanted))


def _store_dates(
    tx: Transaction, event: GroupEventRow, entered: GroupEventInput, now: datetime
) -> None:
    """Move the dates that match existing ones, add new dates, and remove other upcoming dates.

    Raises:
        ConflictError: a new time is in the past, or the event has begun on a date that would be
            moved.
    """
    rows = dates_of(tx, [event.id])[event.id]
    kept = set()
    for row, occurrence in _matched(rows, entered):
        if row is None:
            _require_coming(occurrence, now)
            tx.add(_new_date(event, occurrence))
            continue
        kept.add(row.id)
        if (row.starts_at, row.ends_at) == (occurrence.start, occurrence.end):
            row.first_day, row.last_day = occurrence.first_day, occurrence.last_day
            continue
        if row.starts_at <= now:
            raise ConflictError(facts.DATE_BEGUN())
        _require_coming(occurrence, now)
        _place(row, occurrence)
    for row in rows:
        if row.id not in kept and row.starts_at > now:
            row.removed_at = now


def _matched(
    rows: Sequence[GroupEventDateRow], entered: GroupEventInput
) -> Iterator[tuple[GroupEventDateRow | None, Occurrence]]:
    """Yield each given date with the row that it changes (found by id or else by time), if any."""
    pairs = list(zip(entered.dates, entered.occurrences, strict=True))
    by_id = {row.id: row for row in rows}
    named = {given.id for given, _ in pairs if given.id}
    by_start = {row.starts_at: row for row in rows if row.id not in named}
    for given, occurrence in pairs:
        yield _row_of(given, by_id) or by_start.get(occurrence.start), occurrence


def _row_of(given: GroupDateInput, by_id: dict[str, GroupEventDateRow]) -> GroupEventDateRow | None:
    if given.id is None:
        return None
    if given.id not in by_id:
        raise ConflictError(facts.NO_SUCH_DATE())
    return by_id[given.id]


def _new_date(event: GroupEventRow, occurrence: Occurrence) -> GroupEventDateRow:
    row = GroupEventDateRow(event_id=event.id, uid=new_id() + new_id())
    _place(row, occurrence)
    return row


def _place(row: GroupEventDateRow, occurrence: Occurrence) -> None:
    row.starts_at, row.ends_at = occurrence.start, occurrence.end
    row.first_day, row.last_day = occurrence.first_day, occurrence.last_day
