"""Loads the calendar of a session's pair: only its own people and sessions, never the whole cycle.

Sessions of the same humans in other roles and cycles are included.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.participants.declined_times import declined_times
from api.participants.engaged_times import engaged_times
from api.participants.rows import PersonRow
from api.participants.service import profile_of
from api.sessions.rows import SessionRow, SessionState
from coach.availability import epoch_minute
from coach.people import Coach, Coachee
from matching.rescheduling.pair_calendar import Interval, PairCalendar, SeriesSession

AnyPerson = TypeVar("AnyPerson", Coach, Coachee)


def pair_sessions(tx: Transaction, session: SessionRow) -> list[SessionRow]:
    """Return all confirmed sessions of a session's pair, in chronological order."""
    query = select(SessionRow).where(
        SessionRow.cycle_id == session.cycle_id,
        SessionRow.coachee_id == session.coachee_id,
        SessionRow.coach_id == session.coach_id,
        SessionRow.state == SessionState.CONFIRMED,
    )
    return list(tx.scalars(query.order_by(SessionRow.starts_at, SessionRow.number)))


def pair_calendar(tx: Transaction, session: SessionRow, *, not_before: datetime) -> PairCalendar:
    """Return the calendar of a session's pair, in which no session moves before `not_before`."""
    coachee, coach = (tx.get_one(PersonRow, one) for one in (session.coachee_id, session.coach_id))
    people = _rows_of_humans(tx, (coachee, coach))
    others = [
        row
        for row in _sessions_of(tx, people)
        if (row.coachee_id, row.coach_id) != (session.coachee_id, session.coach_id)
    ]
    declined = [time for times in declined_times(tx, people).values() for time in times]
    return PairCalendar(
        cycle=policy_of(cycle_row(tx, session.cycle_id)),
        coachee=_profile(coachee, Coachee),
        coach=_profile(coach, Coach),
        series=tuple(
            SeriesSession(row.number, epoch_minute(row.starts_at), epoch_minute(row.ends_at))
            for row in pair_sessions(tx, session)
        ),
        coach_sessions=_intervals(
            (row.starts_at, row.ends_at) for row in others if row.coach_id == session.coach_id
        ),
        occupied=_intervals(
            [
                *((row.starts_at, row.ends_at) for row in others),
                *declined,
                *engaged_times(tx, people),
            ]
        ),
        not_before=-(-int(not_before.timestamp()) // 60),
    )


def _rows_of_humans(tx: Transaction, pair: Iterable[PersonRow]) -> set[str]:
    """Return the ids of all people who belong to the pair's humans, including the pair itself."""
    ids = {row.id for row in pair}
    humans = [row.human_id for row in pair if row.human_id is not None]
    return ids | set(tx.scalars(select(PersonRow.id).where(PersonRow.human_id.in_(humans))))


def _sessions_of(tx: Transaction, people: Collection[str]) -> Iterable[SessionRow]:
    return tx.scalars(
        select(SessionRow).where(
            SessionRow.state == SessionState.CONFIRMED,
            or_(SessionRow.coachee_id.in_(people), SessionRow.coach_id.in_(people)),
        )
    )


def _profile(row: PersonRow, model: type[AnyPerson]) -> AnyPerson:
    profile = profile_of(row)
    if not isinstance(profile, model):
        raise TypeError(f"person {row.id} is not a {model.__name__}")
    if row.left_at is not None:  # people who have left are never free
        return profile.model_copy(update={"availability": ()})
    return profile


def _intervals(times: Iterable[tuple[datetime, datetime]]) -> tuple[Interval, ...]:
    return tuple((epoch_minute(start), epoch_minute(end)) for start, end in times)
