"""Upcoming sessions that cannot take place as planned, as reasons for a re-match."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from pydantic import AwareDatetime
from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header
from api.participants.rows import PersonRow
from api.participants.service import profile_of
from api.rescheduling.open_proposals import open_proposals
from api.runs.run_view import runs_of_cycle
from api.services import Services
from api.sessions.current_replies import IS_CURRENT
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.free_time import are_free
from coach.people import Person
from coach.sessions import Reply


class Obstacle(StrEnum):
    """The reason why a participant cannot attend a session."""

    LEFT = "left"  # the person is no longer in the cycle
    DECLINED = "declined"  # the person has declined the time
    NOT_FREE = "not_free"  # the time is outside the person's times, or they are away or busy


class PersonObstacle(FrozenModel):
    """The name of a participant who cannot attend, and the reason."""

    name: str
    obstacle: Obstacle


class ObstructedSession(FrozenModel):
    """An upcoming confirmed session that one of its participants cannot attend.

    `another_time` is true if one of the participants has proposed another time, in which case a
    re-match may not be needed.
    """

    id: str
    number: int
    start: AwareDatetime
    coachee: str
    coach: str
    obstacles: tuple[PersonObstacle, ...]
    another_time: bool


class Rematch(FrozenModel):
    """The sessions that a re-match of a cycle has to reschedule, and the unfinished run, if any."""

    cycle: CycleHeader
    sessions: tuple[ObstructedSession, ...]
    open_run_id: str | None


class _Session(NamedTuple):
    """The required columns of a session; loading whole rows takes twice as long."""

    id: str
    number: int
    starts_at: datetime
    ends_at: datetime
    coachee_id: str
    coach_id: str


def read_rematch(services: Services, cycle_id: str) -> Rematch:
    """Return the upcoming sessions of a cycle that cannot take place as planned, in order of time.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        runs = runs_of_cycle(tx, cycle_id)
        return Rematch(
            cycle=cycle_header(tx, cycle_id),
            sessions=obstructed_sessions(tx, cycle_id, now=services.now()),
            open_run_id=next((run.id for run in runs if not run.state.is_final), None),
        )


def obstructed_sessions(
    tx: Transaction, cycle_id: str, *, now: datetime
) -> tuple[ObstructedSession, ...]:
    """Return the confirmed sessions after `now` that a participant cannot attend, in order."""
    rows = tx.scalars(select(PersonRow).where(PersonRow.cycle_id == cycle_id)).all()
    people = {row.id: (row, profile_of(row)) for row in rows if row.erased_at is None}
    declined = _declined(tx, cycle_id)
    proposed = {one.session_id for one in open_proposals(tx, cycle_id, now=now)}
    found_rows = tx.execute(
        select(
            SessionRow.id,
            SessionRow.number,
            SessionRow.starts_at,
            SessionRow.ends_at,
            SessionRow.coachee_id,
            SessionRow.coach_id,
        )
        .where(
            SessionRow.cycle_id == cycle_id,
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.starts_at > now,
        )
        .order_by(SessionRow.starts_at, SessionRow.id)
    )
    sessions = [_Session(*row) for row in found_rows]
    not_free = _not_free({key: profile for key, (_, profile) in people.items()}, sessions)
    found = []
    for session in sessions:
        pair = (people[session.coachee_id], people[session.coach_id])
        obstacles = tuple(
            PersonObstacle(name=row.name, obstacle=obstacle)
            for row, _ in pair
            if (obstacle := _obstacle(row, session, declined, not_free)) is not None
        )
        if obstacles:
            found.append(
                ObstructedSession(
                    id=session.id,
                    number=session.number,
                    start=session.starts_at,
                    coachee=pair[0][0].name,
                    coach=pair[1][0].name,
                    obstacles=obstacles,
                    another_time=session.id in proposed,
                )
            )
    return tuple(found)


def _not_free(people: Mapping[str, Person], sessions: Sequence[_Session]) -> set[tuple[str, str]]:
    """Return the sessions, each with the people who are not free at its time."""
    held: dict[str, list[_Session]] = defaultdict(list)
    for session in sessions:
        held[session.coachee_id].append(session)
        held[session.coach_id].append(session)
    return {
        (session.id, person)
        for person, own in held.items()
        for session, free in zip(
            own,
            are_free(people[person], [(one.starts_at, one.ends_at) for one in own]),
            strict=True,
        )
        if not free
    }


def _obstacle(
    row: PersonRow,
    session: _Session,
    declined: set[tuple[str, str]],
    not_free: set[tuple[str, str]],
) -> Obstacle | None:
    if row.left_at is not None:
        return Obstacle.LEFT
    if (session.id, row.id) in declined:
        return Obstacle.DECLINED
    if (session.id, row.id) in not_free:
        return Obstacle.NOT_FREE
    return None


def _declined(tx: Transaction, cycle_id: str) -> set[tuple[str, str]]:
    """Return the sessions, with the people who have declined their current times."""
    replies = tx.execute(
        select(ReplyRow.session_id, ReplyRow.person_id)
        .join(SessionRow, SessionRow.id == ReplyRow.session_id)
        .where(
            SessionRow.cycle_id == cycle_id,
            ReplyRow.reply == Reply.DECLINED,
            IS_CURRENT,
        )
    )
    return {(session, person) for session, person in replies}
