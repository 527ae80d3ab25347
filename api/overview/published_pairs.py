"""The pairs of a cycle's published sessions that a manager may see.

A manager limited to countries sees the pairs with at least one person from these countries. For a
person from another country, the manager sees only the code.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session as Transaction

from api.cycles.service import CycleHeader, cycle_header
from api.http.principal import Principal
from api.participants.person_summary import PersonSummary
from api.services import Services
from api.sessions import schedule
from api.sessions.labels import CANCELLED, REPLY
from api.sessions.rows import SessionState
from api.sessions.session_details import SessionDetails
from api.values import FrozenModel
from api.web.date_formats import format_datetime_range
from api.web.labels import Badge
from coach.sessions import Reply
from coach.texts.facts import Displayed


class PairMember(FrozenModel):
    """One of the two people in a pair; only the code is set for people outside the limits."""

    code: str
    id: str | None
    name: str | None
    country: str | None


class PairSession(FrozenModel):
    """A session of a pair. Replies are `None` for people outside the limits."""

    number: int
    start: datetime
    end: datetime
    state: SessionState
    coachee_reply: Reply | None
    coach_reply: Reply | None


class PublishedPair(FrozenModel):
    """A coachee and a coach with their published sessions, in chronological order."""

    coachee: PairMember
    coach: PairMember
    sessions: tuple[PairSession, ...]


def read_published_pairs(
    services: Services, principal: Principal, cycle_id: str
) -> tuple[CycleHeader, tuple[PublishedPair, ...]]:
    """Return a cycle, and those of its pairs that the requesting manager may see.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        return cycle_header(tx, cycle_id), published_pairs(tx, principal, cycle_id)


def published_pairs(
    tx: Transaction, principal: Principal, cycle_id: str
) -> tuple[PublishedPair, ...]:
    """Return the pairs of a cycle that a manager may see, sorted by coachee code.

    Raises:
        NotFoundError: there is no such cycle.
    """
    by_pair: dict[tuple[str, str], list[SessionDetails]] = defaultdict(list)
    for session in schedule.cycle_schedule(tx, cycle_id):
        countries = (session.coachee.country, session.coach.country)
        if any(principal.sees_country(country) for country in countries):
            by_pair[session.coachee.code, session.coach.code].append(session)
    return tuple(_pair(principal, sessions) for _, sessions in sorted(by_pair.items()))


def _pair(principal: Principal, sessions: Iterable[SessionDetails]) -> PublishedPair:
    first, *_ = sessions
    return PublishedPair(
        coachee=_member(principal, first.coachee),
        coach=_member(principal, first.coach),
        sessions=tuple(_session(principal, session) for session in sessions),
    )


def _member(principal: Principal, person: PersonSummary) -> PairMember:
    if not principal.sees_country(person.country):
        return PairMember(code=person.code, id=None, name=None, country=None)
    return PairMember(code=person.code, id=person.id, name=person.name, country=person.country)


def _session(principal: Principal, session: SessionDetails) -> PairSession:
    sees_coachee = principal.sees_country(session.coachee.country)
    sees_coach = principal.sees_country(session.coach.country)
    return PairSession(
        number=session.number,
        start=session.start,
        end=session.end,
        state=session.state,
        coachee_reply=session.coachee_reply if sees_coachee else None,
        coach_reply=session.coach_reply if sees_coach else None,
    )


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A session of a pair, formatted for managers limited to countries."""

    number: int
    when: Displayed
    badges: tuple[Badge, ...]


def present_pair(
    pair: PublishedPair, zone: ZoneInfo
) -> tuple[PairMember, PairMember, list[SessionLine]]:
    """Return the coachee, the coach and the sessions of a pair, formatted for a page."""
    return pair.coachee, pair.coach, [_line(session, zone) for session in pair.sessions]


def _line(session: PairSession, zone: ZoneInfo) -> SessionLine:
    replies = [one for one in (session.coachee_reply, session.coach_reply) if one is not None]
    cancelled = session.state is SessionState.CANCELLED
    return SessionLine(
        number=session.number,
        when=format_datetime_range(session.start, session.end, zone),
        badges=(CANCELLED,) if cancelled else tuple(REPLY[reply] for reply in replies),
    )
