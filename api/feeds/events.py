"""The events of a feed: a person's own sessions and group events, or everybody's for a manager."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import String, and_, bindparam, not_, or_, select, true
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.calendar.facts import numbered_session
from api.calendar.feed import FeedEvent, FeedStatus
from api.calendar.wording import event_title, session_title
from api.cycles.rows import CycleRow
from api.feeds import facts
from api.feeds.event_query import CANCELLED_SHOWN_FOR, PAST_SHOWN_FOR, EventQuery, LeavesFeed
from api.feeds.group_events import OWN_GROUP_EVENTS
from api.feeds.office_group_events import (
    last_change_of_group_events,
    office_group_events,
    office_uid,
    stored_group_events,
)
from api.http.limits import Limits
from api.organisation import Organisation
from api.participants.countries import is_from
from api.participants.rows import PersonRow
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from coach.group_events import GroupEventKind
from coach.invitations import Status
from coach.sessions import Reply
from coach.texts.renderer import Renderer

_COLUMNS: tuple[Any, ...] = (
    SessionRow.uid,
    SessionRow.number,
    SessionRow.count,
    SessionRow.starts_at,
    SessionRow.ends_at,
    SessionRow.sequence,
    SessionRow.state,
    SessionRow.changed_at,
    SessionRow.place,
    SessionRow.join_link,
)


@dataclass(frozen=True, slots=True)
class FeedReader:
    """The reader of a feed: a person, or a manager if `person_id` is `None`.

    `organisation` and `texts` determine the wording of the feed. `limits` are the manager's limits.
    """

    person_id: str | None
    organisation: Organisation
    texts: Renderer
    limits: Limits = field(default_factory=Limits)


def events_of(tx: Transaction, reader: FeedReader, *, now: datetime) -> Iterator[FeedEvent]:
    """Yield the events in a reader's feed: group events, then sessions in chronological order.

    A person's feed contains their own sessions, and does not name the other participant. A
    manager's feed contains the sessions of all cycles, with codes instead of names, and without
    places or links; its UIDs differ from those of the invitations, which identify replies. Its
    group events are in `office_group_events`. A session is tentative until the person, or both
    participants, accept it. A manager limited to countries sees the sessions of pairs with at least
    one person from these countries; only the replies of such people count.
    """
    if reader.person_id is None:
        yield from office_group_events(tx, reader.limits, reader.texts, now=now)
    else:
        for row in OWN_GROUP_EVENTS.rows(tx, now, person_id=reader.person_id):
            yield _group_event(reader, row)
    for row in _query(reader).rows(tx, now, **_parameters(reader)):
        if reader.person_id is None:
            yield _event(row, office_uid(row.uid), _office_title(reader.texts, row), "", "")
        else:
            title = _own_title(reader, row.number, row.count)
            yield _event(row, row.uid, title, row.place, row.join_link)


def stored_events(tx: Transaction, reader: FeedReader, *, now: datetime) -> tuple[object, ...]:
    """Return the stored values from which a reader's feed is rendered, and its wording."""
    rows = _query(reader).stored_values(tx, now, **_parameters(reader))
    if reader.person_id is not None:
        titles = {_own_title(reader, row[1], row[2]) for row in rows}
        events = OWN_GROUP_EVENTS.stored_values(tx, now, person_id=reader.person_id)
        specimen = _event_title(reader, GroupEventKind.SEMINAR)
        return *map(tuple, rows), *sorted(titles), *map(tuple, events), specimen
    of_events = stored_group_events(tx, reader.limits, reader.texts, now=now)
    return *map(tuple, rows), reader.texts.text(_SPECIMEN), *of_events


def last_change(tx: Transaction, reader: FeedReader, *, now: datetime) -> datetime | None:
    """Return when a reader's feed last changed, or `None` if there has never been an event."""
    changed = _query(reader).last_change(tx, now, **_parameters(reader))
    if reader.person_id is None:
        of_events = last_change_of_group_events(tx, reader.limits, now=now)
    else:
        of_events = OWN_GROUP_EVENTS.last_change(tx, now, person_id=reader.person_id)
    return max((one for one in (changed, of_events) if one is not None), default=None)


def _event_title(reader: FeedReader, kind: GroupEventKind) -> str:
    return event_title(reader.texts, kind, reader.organisation.programme_name)


def _group_event(reader: FeedReader, row: Any) -> FeedEvent:  # noqa: ANN401 - a row of columns
    status = FeedStatus.CONFIRMED if row.accepted else FeedStatus.TENTATIVE
    return FeedEvent(
        uid=row.uid,
        title=_event_title(reader, row.kind),
        start=row.starts_at,
        end=row.ends_at,
        sequence=row.sequence,
        status=FeedStatus.CANCELLED if row.status is Status.CANCELLED else status,
        changed_at=row.changed_at,
        place=row.place,
        join_link=row.join_link,
        first_day=row.first_day,
        last_day=row.last_day,
    )


def _own_title(reader: FeedReader, number: int, count: int) -> str:
    return session_title(reader.texts, number, count, reader.organisation.programme_name)


def _office_title(texts: Renderer, row: Any) -> str:  # noqa: ANN401 - a row of columns
    session = facts.SESSION_OF_PAIR(
        session=numbered_session(row.number, row.count),
        coachee=row.coachee_code,
        coach=row.coach_code,
    )
    return texts.text(facts.SESSION_OF_CYCLE(cycle=row.cycle_name, session=session))


def _event(row: Any, uid: str, title: str, place: str, join_link: str) -> FeedEvent:  # noqa: ANN401 - as above
    if row.state is SessionState.CANCELLED:
        status = FeedStatus.CANCELLED
    else:
        status = FeedStatus.CONFIRMED if row.accepted else FeedStatus.TENTATIVE
    return FeedEvent(
        uid=uid,
        title=title,
        start=row.starts_at,
        end=row.ends_at,
        sequence=row.sequence,
        status=status,
        changed_at=row.changed_at,
        place=place,
        join_link=join_link,
    )


def _query(reader: FeedReader) -> EventQuery:
    if reader.person_id is not None:
        return _OWN
    return _OFFICE if reader.limits.are_none else _office_query(reader.limits)


def _parameters(reader: FeedReader) -> dict[str, str]:
    return {} if reader.person_id is None else {"person_id": reader.person_id}


def _reply_of(reply: Any, person_id: Any) -> Any:  # noqa: ANN401 - SQL expressions
    return and_(reply.session_id == SessionRow.id, reply.person_id == person_id)


def _accepted(reply: Any) -> Any:  # noqa: ANN401 - SQL expressions
    """Return SQL that tests whether a reply accepts the session and answers the latest request."""
    return and_(reply.reply == Reply.ACCEPTED, reply.sequence >= SessionRow.asked_sequence)


def _own_query() -> EventQuery:
    own, person_id = aliased(ReplyRow), bindparam("person_id", type_=String)
    query = (
        select(*_COLUMNS, _accepted(own).label("accepted"))
        .outerjoin(own, _reply_of(own, person_id))
        .where(or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id))
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )
    return EventQuery(query, (SessionRow.changed_at, own.replied_at), (_CANCELLED,))


@lru_cache(maxsize=32)
def _office_query(limits: Limits) -> EventQuery:
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    of_coachee, of_coach = aliased(ReplyRow), aliased(ReplyRow)
    sees_coachee, sees_coach = is_from(coachee, limits.countries), is_from(coach, limits.countries)
    of_cycles = true() if limits.cycles is None else SessionRow.cycle_id.in_(limits.cycles)
    query = (
        select(
            *_COLUMNS,
            coachee.code.label("coachee_code"),
            coach.code.label("coach_code"),
            CycleRow.name.label("cycle_name"),
            and_(
                or_(_accepted(of_coachee), not_(sees_coachee)),
                or_(_accepted(of_coach), not_(sees_coach)),
            ).label("accepted"),
        )
        .join(CycleRow, CycleRow.id == SessionRow.cycle_id)
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .outerjoin(of_coachee, _reply_of(of_coachee, SessionRow.coachee_id))
        .outerjoin(of_coach, _reply_of(of_coach, SessionRow.coach_id))
        .where(of_cycles, or_(sees_coachee, sees_coach))
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )
    changed = SessionRow.changed_at, of_coachee.replied_at, of_coach.replied_at
    return EventQuery(query, changed, (_CANCELLED, _PAST))


_CANCELLED = LeavesFeed(
    SessionRow.changed_at, CANCELLED_SHOWN_FOR, SessionRow.state == SessionState.CANCELLED
)
_PAST = LeavesFeed(SessionRow.ends_at, PAST_SHOWN_FOR)
_OWN, _OFFICE = _own_query(), _office_query(Limits())
_SPECIMEN = facts.SESSION_OF_CYCLE(
    cycle="cycle",
    session=facts.SESSION_OF_PAIR(session=numbered_session(1, 2), coachee="C", coach="K"),
)
