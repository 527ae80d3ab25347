"""Upcoming sessions that cannot take place as planned, as reasons for a re-match."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header, cycle_row, policy_of
from api.participants.rows import PersonRow, Side
from api.participants.service import MODELS
from api.rescheduling.open_proposals import open_proposals
from api.runs.run_view import runs_of_cycle
from api.services import Services
from api.sessions.current_replies import IS_CURRENT
from api.sessions.rows import ReplyRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.cycle import Cycle
from coach.free_time import are_free
from coach.holidays import days_kept_free
from coach.sessions import Reply


class Obstacle(StrEnum):
    """The reason why a participant cannot attend a session."""

    LEFT = "left"  # the person is no longer in the cycle
    DECLINED = "declined"  # the person has declined the time
    NOT_FREE = "not_free"  # outside the person's windows, or on a day off, or busy


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


class _Person(NamedTuple):
    """The required columns of a person, with the profile as JSON."""

    id: str
    name: str
    side: Side
    left_at: datetime | None
    profile: str


@dataclass(frozen=True, slots=True)
class _Stored:
    """The sessions, people and policy that determine who is free, with their checksum."""

    checksum: str
    sessions: Sequence[_Session] = field(compare=False)
    people: Mapping[str, _Person] = field(compare=False)
    policy: Cycle = field(compare=False)

    @classmethod
    def of(
        cls, sessions: Sequence[_Session], people: Mapping[str, _Person], policy: Cycle
    ) -> _Stored:
        digest = hashlib.sha256(policy.calendar.model_dump_json().encode())
        for one in (*sessions, *people.values()):
            digest.update(repr(one).encode())
        return cls(digest.hexdigest(), sessions, people, policy)


def read_rematch(services: Services, cycle_id: str) -> Rematch:
    """Return the upcoming sessions of a cycle that cannot take place as planned, earliest first.

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
    """Return confirmed sessions after `now` that a participant cannot attend, earliest first."""
    people = _people(tx, cycle_id)
    declined = declined_times(tx, cycle_id)
    proposed = {one.session_id for one in open_proposals(tx, cycle_id, now=now)}
    sessions = [
        one
        for one in _coming_sessions(tx, cycle_id, now)
        if one.coachee_id in people and one.coach_id in people
    ]
    not_free = _not_free(_Stored.of(sessions, people, policy_of(cycle_row(tx, cycle_id))))
    found = []
    for session in sessions:
        pair = (people[session.coachee_id], people[session.coach_id])
        obstacles = tuple(
            PersonObstacle(name=row.name, obstacle=obstacle)
            for row in pair
            if (obstacle := _obstacle(row, session, declined, not_free)) is not None
        )
        if obstacles:
            found.append(
                ObstructedSession(
                    id=session.id,
                    number=session.number,
                    start=session.starts_at,
                    coachee=pair[0].name,
                    coach=pair[1].name,
                    obstacles=obstacles,
                    another_time=session.id in proposed,
                )
            )
    return tuple(found)


def _people(tx: Transaction, cycle_id: str) -> dict[str, _Person]:
    rows = tx.execute(
        select(
            PersonRow.id,
            PersonRow.name,
            PersonRow.side,
            PersonRow.left_at,
            cast(PersonRow.profile, Text),
        )
        .where(PersonRow.cycle_id == cycle_id, PersonRow.erased_at.is_(None))
        .order_by(PersonRow.id)
    )
    return {row[0]: _Person(*row) for row in rows}


def _coming_sessions(tx: Transaction, cycle_id: str, now: datetime) -> list[_Session]:
    rows = tx.execute(
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
    return [_Session(*row) for row in rows]


@lru_cache(maxsize=8)
def _not_free(stored: _Stored) -> frozenset[tuple[str, str]]:
    """Return (session id, person id) for each participant who is unavailable during a session.

    The result is cached, because the re-match page needs it each time it is shown.
    """
    held: dict[str, list[_Session]] = defaultdict(list)
    for session in stored.sessions:
        held[session.coachee_id].append(session)
        held[session.coach_id].append(session)
    found = set()
    for person_id, own in held.items():
        row = stored.people[person_id]
        person = MODELS[row.side].model_validate_json(row.profile)
        times = [(one.starts_at, one.ends_at) for one in own]
        found |= {
            (session.id, person_id)
            for session, free, days in zip(
                own,
                are_free(person, times),
                (_local_days(start, end, person.zone) for start, end in times),
                strict=True,
            )
            if not free or any(days_kept_free(stored.policy.calendar, person.country, days))
        }
    return frozenset(found)


def _local_days(start: datetime, end: datetime, zone: ZoneInfo) -> list[date]:
    """Return the local dates, in a person's zone, on which a session takes place."""
    last = (end - timedelta(microseconds=1)).astimezone(zone).date()
    return sorted({start.astimezone(zone).date(), last})


def _obstacle(
    row: _Person,
    session: _Session,
    declined: Collection[tuple[str, str]],
    not_free: Collection[tuple[str, str]],
) -> Obstacle | None:
    if row.left_at is not None:
        return Obstacle.LEFT
    if (session.id, row.id) in declined:
        return Obstacle.DECLINED
    if (session.id, row.id) in not_free:
        return Obstacle.NOT_FREE
    return None


def declined_times(tx: Transaction, cycle_id: str) -> set[tuple[str, str]]:
    """Return (session id, person id) for each person who has declined a session's current time."""
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
