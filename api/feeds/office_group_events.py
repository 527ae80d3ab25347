"""The group events in the office's feed: one entry per date, however many people are invited."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Select, func, or_, select, true
from sqlalchemy.orm import Session as Transaction

from api.calendar.facts import group_session
from api.calendar.feed import FeedEvent, FeedStatus
from api.cycles.rows import CycleRow
from api.feeds import facts
from api.feeds.event_query import CANCELLED_SHOWN_FOR, PAST_SHOWN_FOR, EventQuery, LeavesFeed
from api.http.limits import Limits
from api.participants.countries import is_from
from api.participants.group_rows import (
    GroupEventDateRow,
    GroupEventPersonRow,
    GroupEventRow,
    GroupInvitationRow,
)
from api.participants.rows import PersonRow
from coach.group_events import Audience, GroupEventKind
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer

_MOST_CODES = 8


def office_uid(uid: str) -> str:
    """Return a UID for the office's feed; invitations use another UID, which identifies replies."""
    return hashlib.sha256(f"feed of the office:{uid}".encode()).hexdigest()[:32]


def office_group_events(
    tx: Transaction, limits: Limits, texts: Renderer, *, now: datetime
) -> list[FeedEvent]:
    """Return feed events for the dates of all cycles' group events, in chronological order.

    Their titles contain the cycle, the kind of the event, and the codes of chosen people or, if
    there are more than eight, their number. A manager limited to countries sees the events to which
    people from these countries are invited, and only the codes of such people.
    """
    codes = _codes(tx, limits)
    return [_event(row, codes, texts) for row in _query(limits).rows(tx, now)]


def stored_group_events(
    tx: Transaction, limits: Limits, texts: Renderer, *, now: datetime
) -> tuple[object, ...]:
    """Return the stored values from which the group events are rendered, and their wording."""
    rows = map(tuple, _query(limits).stored_values(tx, now))
    codes = tx.execute(_chosen(limits)).all()
    titles = [
        texts.text(_titled("cycle", GroupEventKind.SEMINAR, one, ["C"])) for one in _AUDIENCES
    ]
    return *rows, *map(tuple, codes), *titles


def last_change_of_group_events(
    tx: Transaction, limits: Limits, *, now: datetime
) -> datetime | None:
    """Return when a group event last changed or left the feed, or `None` if there are none."""
    return _query(limits).last_change(tx, now)


def _event(row: Any, codes: Mapping[str, Sequence[str]], texts: Renderer) -> FeedEvent:  # noqa: ANN401 - a row of columns
    cancelled = row.removed_at is not None or row.cancelled_at is not None
    title = _titled(row.cycle_name, row.kind, row.audience, codes.get(row.event_id, ()))
    return FeedEvent(
        uid=office_uid(row.uid),
        title=texts.text(title),
        start=row.starts_at,
        end=row.ends_at,
        sequence=row.version,
        status=FeedStatus.CANCELLED if cancelled else FeedStatus.CONFIRMED,
        changed_at=row.changed_at,
        place="",
        join_link="",
        first_day=row.first_day,
        last_day=row.last_day,
    )


def _titled(cycle: str, kind: GroupEventKind, audience: Audience, codes: Sequence[str]) -> Fact:
    event: Fact = group_session(kind)
    if audience is not Audience.CHOSEN:
        event = facts.EVENT_OF_SIDE[audience](event=event)
    elif len(codes) <= _MOST_CODES:
        event = facts.EVENT_OF_PEOPLE(event=event, codes=list(codes))
    else:
        event = facts.EVENT_OF_MANY(event=event, count=len(codes))
    return facts.SESSION_OF_CYCLE(cycle=cycle, session=event)


def _codes(tx: Transaction, limits: Limits) -> Mapping[str, Sequence[str]]:
    """Return the codes of the chosen people, keyed by event id."""
    codes: dict[str, list[str]] = defaultdict(list)
    for event_id, code in tx.execute(_chosen(limits)):
        codes[event_id].append(code)
    return codes


def _chosen(limits: Limits) -> Select[str, str]:
    return (
        select(GroupEventPersonRow.event_id, PersonRow.code)
        .join(PersonRow, PersonRow.id == GroupEventPersonRow.person_id)
        .join(GroupEventRow, GroupEventRow.id == GroupEventPersonRow.event_id)
        .where(GroupEventRow.audience == Audience.CHOSEN, is_from(PersonRow, limits.countries))
        .order_by(GroupEventPersonRow.event_id, PersonRow.side.desc(), PersonRow.code)
    )


@lru_cache(maxsize=32)
def _query(limits: Limits) -> EventQuery:
    invited = (
        select(
            GroupInvitationRow.date_id,
            func.max(GroupInvitationRow.changed_at).label("changed_at"),
        )
        .join(PersonRow, PersonRow.id == GroupInvitationRow.person_id)
        .where(is_from(PersonRow, limits.countries))
        .group_by(GroupInvitationRow.date_id)
        .subquery()
    )
    event, date = GroupEventRow, GroupEventDateRow
    columns: tuple[Any, ...] = (
        *(date.event_id, date.uid, date.starts_at, date.ends_at, date.first_day, date.last_day),
        *(date.removed_at, event.kind, event.audience, event.version, event.cancelled_at),
        *(CycleRow.name.label("cycle_name"), invited.c.changed_at),
    )
    query = (
        select(*columns)
        .join(event, event.id == date.event_id)
        .join(CycleRow, CycleRow.id == event.cycle_id)
        .join(invited, invited.c.date_id == date.id)
        .where(true() if limits.cycles is None else event.cycle_id.in_(limits.cycles))
        .order_by(date.starts_at, date.uid)
    )
    is_cancelled = or_(date.removed_at.is_not(None), event.cancelled_at.is_not(None))
    leaves = (
        LeavesFeed(invited.c.changed_at, CANCELLED_SHOWN_FOR, is_cancelled),
        LeavesFeed(date.ends_at, PAST_SHOWN_FOR),
    )
    return EventQuery(query, (invited.c.changed_at,), leaves)


_AUDIENCES = tuple(Audience)
