"""Use cases for the programme office: reading group events."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header
from api.group_events import facts
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.group_events.views import (
    GroupDate,
    GroupEvent,
    GroupEventOfCycle,
    GroupEventsOfCycle,
    InvitedPerson,
)
from api.invitations.delivery_status import cycle_mail
from api.invitations.event_messages import current_reply
from api.mail.rows import MailRow, MailState
from api.participants.group_rows import (
    GroupEventDateRow,
    GroupEventPersonRow,
    GroupEventRow,
    GroupInvitationRow,
)
from api.participants.person_summary import PersonSummary, person_summary
from api.participants.rows import PersonRow
from api.services import Services
from coach.errors import NotFoundError
from coach.group_events import MAX_DATES
from coach.invitations import Status


def list_events(services: Services, cycle_id: str) -> GroupEventsOfCycle:
    """Return a cycle's group events, with cancelled events last.

    Raises:
        NotFoundError: there is no such cycle.
    """
    now = services.now()
    with services.database.reading() as tx:
        cycle = cycle_header(tx, cycle_id)
        rows = tx.scalars(select(GroupEventRow).where(GroupEventRow.cycle_id == cycle_id)).all()
        events = _views(tx, rows, now)
    return GroupEventsOfCycle(
        cycle=cycle,
        events=tuple(sorted(events, key=lambda one: (one.is_cancelled, one.dates[0].start))),
    )


def read_event(services: Services, cycle_id: str, event_id: str) -> GroupEventOfCycle:
    """Return a group event with its cycle.

    Raises:
        NotFoundError: there is no such event in this cycle.
    """
    now = services.now()
    with services.database.reading() as tx:
        row = event_row(tx, cycle_id, event_id)
        return GroupEventOfCycle(
            cycle=cycle_header(tx, cycle_id),
            event=event_view(tx, row, now=now),
            mail=cycle_mail(tx, services, cycle_id),
            entered=input_of(tx, row, now),
            people=_people(tx, cycle_id),
        )


def read_choice(services: Services, cycle_id: str) -> tuple[CycleHeader, tuple[PersonSummary, ...]]:
    """Return a cycle, and the people who can be selected for its group events.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return cycle_header(tx, cycle_id), _people(tx, cycle_id)


def event_row(tx: Transaction, cycle_id: str, event_id: str) -> GroupEventRow:
    """Return one of a cycle's group events.

    Raises:
        NotFoundError: there is no such event in this cycle.
    """
    row = tx.get(GroupEventRow, event_id)
    if row is None or row.cycle_id != cycle_id:
        raise NotFoundError(facts.NO_SUCH_EVENT())
    return row


def event_view(tx: Transaction, row: GroupEventRow, *, now: datetime) -> GroupEvent:
    """Return a group event as the office sees it."""
    (view,) = _views(tx, [row], now)
    return view


def input_of(tx: Transaction, row: GroupEventRow, now: datetime) -> GroupEventInput:
    """Return the input that describes an event as it is now, with its upcoming dates.

    If there are no upcoming dates, it contains the past dates instead.
    """
    chosen = select(GroupEventPersonRow.person_id).where(GroupEventPersonRow.event_id == row.id)
    dates = dates_of(tx, [row.id])[row.id]
    coming = [one for one in dates if one.starts_at > now] or dates
    minutes, days = _length(dates[0])
    zone = ZoneInfo(row.timezone)
    return GroupEventInput(
        kind=row.kind,
        title=row.title,
        timezone=row.timezone,
        minutes=minutes,
        days=days,
        dates=tuple(_date_input(one, zone) for one in coming[:MAX_DATES]),
        place=row.place,
        join_link=row.join_link,
        audience=row.audience,
        people=tuple(tx.scalars(chosen.order_by(GroupEventPersonRow.person_id))),
        required=row.is_required,
    )


def _date_input(row: GroupEventDateRow, zone: ZoneInfo) -> GroupDateInput:
    local = row.starts_at.astimezone(zone)
    if row.first_day is not None:
        return GroupDateInput(id=row.id, day=row.first_day)
    return GroupDateInput(id=row.id, day=local.date(), clock=local.time())


def _length(row: GroupEventDateRow) -> tuple[int | None, int | None]:
    """Return the length of an event, either as minutes and `None` or as `None` and whole days."""
    if row.first_day is not None and row.last_day is not None:
        return None, (row.last_day - row.first_day).days + 1
    return int((row.ends_at - row.starts_at).total_seconds()) // 60, None


def _people(tx: Transaction, cycle_id: str) -> tuple[PersonSummary, ...]:
    rows = tx.scalars(
        select(PersonRow)
        .where(PersonRow.cycle_id == cycle_id, PersonRow.left_at.is_(None))
        .order_by(PersonRow.side, PersonRow.name, PersonRow.id)
    )
    return tuple(map(person_summary, rows))


def dates_of(tx: Transaction, event_ids: Iterable[str]) -> dict[str, list[GroupEventDateRow]]:
    """Return events' dates, excluding removed ones, in chronological order and keyed by event id.

    Every event has at least one such date; an event that will not take place is cancelled instead.
    """
    found: dict[str, list[GroupEventDateRow]] = {one: [] for one in event_ids}
    rows = tx.scalars(
        select(GroupEventDateRow)
        .where(GroupEventDateRow.event_id.in_(found), GroupEventDateRow.removed_at.is_(None))
        .order_by(GroupEventDateRow.starts_at, GroupEventDateRow.id)
    )
    for row in rows:
        found[row.event_id].append(row)
    return found


def _views(tx: Transaction, rows: Iterable[GroupEventRow], now: datetime) -> list[GroupEvent]:
    events = {row.id: row for row in rows}
    dates, invited = dates_of(tx, events), _invited(tx, events)
    return [_view(row, dates[row.id], invited, now) for row in events.values()]


def _view(
    row: GroupEventRow,
    dates: list[GroupEventDateRow],
    invited: Mapping[str, list[InvitedPerson]],
    now: datetime,
) -> GroupEvent:
    zone = ZoneInfo(row.timezone)
    minutes, days = _length(dates[0])
    return GroupEvent(
        id=row.id,
        cycle_id=row.cycle_id,
        kind=row.kind,
        title=row.title,
        timezone=row.timezone,
        minutes=minutes,
        days=days,
        dates=tuple(
            GroupDate(
                id=one.id,
                start=one.starts_at.astimezone(zone),
                end=one.ends_at.astimezone(zone),
                first_day=one.first_day,
                last_day=one.last_day,
                has_begun=has_started(row, one, now),
            )
            for one in dates
        ),
        place=row.place,
        join_link=row.join_link,
        audience=row.audience,
        required=row.is_required,
        is_cancelled=row.cancelled_at is not None,
        version=row.version,
        invited=tuple(person for one in dates for person in invited.get(one.id, [])),
    )


def has_started(event: GroupEventRow, date: GroupEventDateRow, now: datetime) -> bool:
    """Return whether an event has begun on a date, and was not cancelled before it began."""
    return date.starts_at <= min(now, event.cancelled_at or now)


def _invited(tx: Transaction, event_ids: Iterable[str]) -> dict[str, list[InvitedPerson]]:
    """Return the invitations to events' dates, keyed by date id and sorted by side and name."""
    rows = tx.execute(
        select(GroupInvitationRow, PersonRow)
        .join(GroupEventDateRow, GroupEventDateRow.id == GroupInvitationRow.date_id)
        .join(PersonRow, PersonRow.id == GroupInvitationRow.person_id)
        .where(GroupEventDateRow.event_id.in_(list(event_ids)))
        .order_by(PersonRow.side, PersonRow.name, PersonRow.id)
    ).all()
    unsent = _unsent(tx, [row.id for row, _ in rows])
    found: dict[str, list[InvitedPerson]] = {}
    for row, person in rows:
        view = InvitedPerson(
            date_id=row.date_id,
            person=person_summary(person),
            is_invited=row.status is Status.CONFIRMED,
            reply=current_reply(row),
            comment=row.comment,
            replied_at=row.replied_at,
            attended=row.attended,
            is_sent=row.id not in unsent,
        )
        found.setdefault(row.date_id, []).append(view)
    return found


def _unsent(tx: Transaction, invitation_ids: list[str]) -> set[str | None]:
    """Return the ids of the invitations with an email that is waiting to be released."""
    drafts = select(MailRow.group_invitation_id).where(
        MailRow.group_invitation_id.in_(invitation_ids), MailRow.state == MailState.DRAFT
    )
    return set(tx.scalars(drafts))
