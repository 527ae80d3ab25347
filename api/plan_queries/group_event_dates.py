"""The occurrences of a cycle's group events, for pages that show them beside sessions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from sqlalchemy import select

from api.calendar.facts import group_session
from api.http import urls
from api.participants.group_rows import GroupEventDateRow, GroupEventRow
from api.services import Services
from api.web.date_formats import format_event_time
from coach.texts.facts import Displayed


@dataclass(frozen=True, slots=True)
class EventDate:
    """An occurrence of a group event, with the address of the event's page.

    `day` and `last` are its first and last day in the zone of the page, or as entered if it lasts
    whole days.
    """

    kind: Displayed
    title: str
    when: Displayed
    address: str
    day: date
    last: date


def read_event_dates(services: Services, cycle_id: str, zone: ZoneInfo) -> list[EventDate]:
    """Return the occurrences of a cycle's group events in order, without cancelled ones."""
    with services.database.reading() as tx:
        rows = tx.execute(
            select(GroupEventDateRow, GroupEventRow)
            .join(GroupEventRow, GroupEventRow.id == GroupEventDateRow.event_id)
            .where(
                GroupEventRow.cycle_id == cycle_id,
                GroupEventRow.cancelled_at.is_(None),
                GroupEventDateRow.removed_at.is_(None),
            )
            .order_by(GroupEventDateRow.starts_at, GroupEventDateRow.id)
        )
        return [_event_date(one, event, zone) for one, event in rows]


def _event_date(row: GroupEventDateRow, event: GroupEventRow, zone: ZoneInfo) -> EventDate:
    start, end = row.starts_at.astimezone(zone), row.ends_at.astimezone(zone)
    return EventDate(
        kind=group_session(event.kind),
        title=event.title,
        when=format_event_time(row.starts_at, row.ends_at, row.first_day, row.last_day, zone),
        address=urls.group_event(event.cycle_id, event.id),
        day=row.first_day or start.date(),
        last=row.last_day or end.date(),
    )
