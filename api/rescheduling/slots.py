"""Free times to which a session can be moved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime
from sqlalchemy.orm import Session as Transaction

from api.http.principal import Principal
from api.rescheduling import facts
from api.rescheduling.pair_calendars import pair_calendar
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.sessions.schedule import own_session
from api.values import FrozenModel
from coach.cycle import check_year
from coach.errors import ConflictError
from matching.rescheduling.free_slots import free_slots
from matching.rescheduling.pair_calendar import PairCalendar

Start = Annotated[AwareDatetime, AfterValidator(check_year)]
"""The start of a session, restricted to the years in which a cycle can take place."""


class SessionStart(FrozenModel):
    """The number of a later session of the same pair, and its new start."""

    number: int
    start: Start


class NewTime(FrozenModel):
    """A new start of a session, and the new starts of later sessions that have to move with it."""

    start: Start
    moves: tuple[SessionStart, ...] = ()

    def by_number(self, number: int) -> dict[int, datetime]:
        """Return all new starts, keyed by session number; `number` is the session's own."""
        return {number: self.start, **{one.number: one.start for one in self.moves}}


def read_slots(services: Services, principal: Principal, session_id: str) -> tuple[NewTime, ...]:
    """Return the free times for a session that are offered to the principal, best first.

    The times reveal nothing else about the calendar of the other participant. They are computed
    from the stored data each time, so a time that has been taken is no longer included.

    Raises:
        NotFoundError: there is no such session, or `principal` may not see it.
        ConflictError: the session is cancelled or has started.
    """
    with services.database.reading() as tx:
        session, now = own_session(tx, principal, session_id), services.now()
        require_movable(session, now)
        return slots_of(tx, session, now=now, by_office=principal.is_manager)


def slots_of(
    tx: Transaction, session: SessionRow, *, now: datetime, by_office: bool
) -> tuple[NewTime, ...]:
    """Return the free times for a session, best first.

    Participants are offered only times that are further ahead than the cut-off, so that the other
    participant can still confirm them. The programme office can choose any future time.
    """
    calendar = pair_calendar(tx, session, not_before=now)
    if not by_office:
        hours = calendar.cycle.sessions.reschedule_cutoff_hours
        calendar = replace(calendar, not_before=calendar.not_before + 60 * hours)
    return tuple(
        NewTime(
            start=_instant(slot.start, calendar),
            moves=tuple(
                SessionStart(number=number, start=_instant(start, calendar))
                for number, start in slot.moves
            ),
        )
        for slot in free_slots(calendar, session.number)
    )


def require_movable(session: SessionRow, now: datetime) -> None:
    """Check that a session can be moved.

    Raises:
        ConflictError: the session is cancelled or has started.
    """
    if session.state is SessionState.CANCELLED:
        raise ConflictError(facts.CANCELLED())
    if session.starts_at <= now:
        raise ConflictError(facts.STARTED())


def in_minutes(starts: Mapping[int, datetime]) -> dict[int, int]:
    """Return new starts in epoch minutes, keyed by session number."""
    return {number: int(start.timestamp() // 60) for number, start in starts.items()}


def _instant(minute: int, calendar: PairCalendar) -> datetime:
    zone = calendar.cycle.cycle.zone
    return datetime.fromtimestamp(minute * 60, UTC).astimezone(zone)
