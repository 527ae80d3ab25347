"""Free times to which a session can be moved, with 1,200 coachees and 400 coaches.

Each offered time is audited: the code for proposals checks the rules, and a query over all sessions
checks that the two people have no other session at that time.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session as Transaction

from api.http.principal import AccessRole, Principal
from api.rescheduling.pair_calendars import pair_calendar
from api.rescheduling.session_times import read_session_times
from api.rescheduling.slots import NewTime, in_minutes
from api.sessions.rows import SessionRow, SessionState
from matching.rescheduling.start_problems import start_problems
from tests.api.conftest import World
from tests.bench.figures import Figure
from tests.bench.page_figures import SHAPE, published_office
from tests.force.measuring import SQLITE, deployment

_SESSIONS = 60
_MAX_SECONDS = 1.0
_OFFICE = Principal(AccessRole.MANAGER, user_id="office")


def slot_figures() -> Iterator[Figure]:
    """Measure the search for free times for sessions across the cycle, and audit each time."""
    with deployment(SQLITE) as world:
        published_office(world, SHAPE)
        chosen = _spread(world)
        seconds, offered, faults = [], 0, 0
        for session_id in chosen:
            started = time.perf_counter()
            slots = read_session_times(world.services, _OFFICE, session_id).slots
            seconds.append(time.perf_counter() - started)
            offered += len(slots)
            with world.database.reading() as tx:
                session = tx.get_one(SessionRow, session_id)
                faults += sum(not _is_free(tx, session, one, world) for one in slots)
    yield Figure(
        f"slots for another time of {len(chosen)} sessions, 1,200 x 400",
        f"{statistics.median(seconds) * 1000:.0f} ms in the median, {max(seconds) * 1000:.0f} ms "
        f"at most; {offered} times offered, {faults} of them not free",
        f"at most {_MAX_SECONDS:.0f} s, all free",
        is_met=max(seconds) <= _MAX_SECONDS and offered > 0 and not faults,
    )


def _spread(world: World) -> list[str]:
    """Return the ids of evenly spaced upcoming sessions, in the order of their starts."""
    with world.database.reading() as tx:
        query = select(SessionRow.id).where(SessionRow.starts_at > world.services.now())
        ids = list(tx.scalars(query.order_by(SessionRow.starts_at, SessionRow.id)))
    return ids[:: max(1, len(ids) // _SESSIONS)][:_SESSIONS]


def _is_free(tx: Transaction, session: SessionRow, slot: NewTime, world: World) -> bool:
    starts = in_minutes(slot.by_number(session.number))
    calendar = pair_calendar(tx, session, not_before=world.services.now())
    if start_problems(calendar, starts):
        return False
    length = session.ends_at - session.starts_at
    people = (session.coachee_id, session.coach_id)
    moved = (
        (SessionRow.coachee_id == session.coachee_id)
        & (SessionRow.coach_id == session.coach_id)
        & SessionRow.number.in_(starts)
    )
    for minute in starts.values():
        start = datetime.fromtimestamp(60 * minute, UTC)
        overlapping = select(SessionRow.id).where(
            SessionRow.state == SessionState.CONFIRMED,
            or_(SessionRow.coachee_id.in_(people), SessionRow.coach_id.in_(people)),
            SessionRow.starts_at < start + length,
            SessionRow.ends_at > start,
            ~moved,
        )
        if tx.scalar(overlapping.limit(1)) is not None:
            return False
    return True
