"""The events of a feed: a person's own sessions, or all sessions for a manager."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.calendar.facts import SESSION
from api.calendar.feed import FeedEvent, FeedStatus
from api.calendar.wording import session_title
from api.cycles.rows import CycleRow
from api.feeds import facts
from api.organisation import Organisation
from api.participants.rows import PersonRow
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from coach.sessions import Reply
from coach.texts.renderer import Renderer

CANCELLED_SHOWN_FOR = timedelta(days=30)
_PAST_SHOWN_FOR = timedelta(days=90)  # in the feed of the office, which has sessions of all cycles
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


def events_of_person(
    tx: Transaction, person_id: str, organisation: Organisation, texts: Renderer
) -> Iterator[tuple[FeedEvent, datetime]]:
    """Yield a person's sessions in chronological order, each with when its event last changed.

    Nothing in them names the other participant. A session is tentative until the person accepts it.
    """
    own = aliased(ReplyRow)
    query = (
        select(*_COLUMNS, _accepted(own).label("accepted"), own.replied_at.label("replied_at"))
        .outerjoin(own, _reply_of(own, person_id))
        .where(or_(SessionRow.coachee_id == person_id, SessionRow.coach_id == person_id))
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )
    for row in tx.execute(query):
        title = session_title(texts, row.number, row.count, organisation.programme_name)
        yield _event(row, row.uid, title, row.place, row.join_link), _latest(row)


def events_of_office(
    tx: Transaction, texts: Renderer, *, now: datetime
) -> Iterator[tuple[FeedEvent, datetime]]:
    """Yield the sessions of all cycles, each with when its event last changed.

    They contain codes instead of names, and neither places nor links. A session is tentative until
    both participants accept it. Its UID is not that of the invitations, which identifies replies.
    """
    for row in tx.execute(_office_query().where(SessionRow.ends_at > now - _PAST_SHOWN_FOR)):
        session = facts.SESSION_OF_PAIR(
            session=SESSION(number=row.number, of=row.count),
            coachee=row.coachee_code,
            coach=row.coach_code,
        )
        title = texts.text(facts.SESSION_OF_CYCLE(cycle=row.cycle_name, session=session))
        uid = hashlib.sha256(f"feed of the office:{row.uid}".encode()).hexdigest()[:32]
        yield _event(row, uid, title, "", ""), _latest(row)


def _office_query() -> Select[Any]:
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    of_coachee, of_coach = aliased(ReplyRow), aliased(ReplyRow)
    latest = case(
        (of_coachee.replied_at.is_(None), of_coach.replied_at),
        (of_coach.replied_at > of_coachee.replied_at, of_coach.replied_at),
        else_=of_coachee.replied_at,
    )
    return (
        select(
            *_COLUMNS,
            coachee.code.label("coachee_code"),
            coach.code.label("coach_code"),
            CycleRow.name.label("cycle_name"),
            and_(_accepted(of_coachee), _accepted(of_coach)).label("accepted"),
            latest.label("replied_at"),
        )
        .join(CycleRow, CycleRow.id == SessionRow.cycle_id)
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .outerjoin(of_coachee, _reply_of(of_coachee, SessionRow.coachee_id))
        .outerjoin(of_coach, _reply_of(of_coach, SessionRow.coach_id))
        .order_by(SessionRow.starts_at, SessionRow.uid)
    )


def _reply_of(reply: Any, person_id: Any) -> Any:  # noqa: ANN401 - SQL expressions
    return and_(reply.session_id == SessionRow.id, reply.person_id == person_id)


def _accepted(reply: Any) -> Any:  # noqa: ANN401 - SQL expressions
    """Whether a reply accepts the session, and is not older than the last request to reply."""
    return and_(reply.reply == Reply.ACCEPTED, reply.sequence >= SessionRow.asked_sequence)


def _event(row: Any, uid: str, title: str, place: str, join_link: str) -> FeedEvent:  # noqa: ANN401 - a row of columns
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


def _latest(row: Any) -> datetime:  # noqa: ANN401 - as above
    changed_at: datetime = row.changed_at
    return max(changed_at, row.replied_at or changed_at)
