"""The progress of a cycle: past sessions, and the sessions that can still be planned."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.participants.rows import PersonRow
from api.sessions import facts
from api.sessions.rows import SessionRow, SessionState
from coach.cycle import Cycle
from coach.errors import ConflictError
from matching.instance.partial_cycle import UnderWay
from matching.result import Result


def cycle_progress(
    tx: Transaction,
    cycle_id: str,
    cycle: Cycle,
    published: Result | None,
    not_before: date | None,
    *,
    now: datetime,
) -> UnderWay | None:
    """Return the progress of a cycle on the day `not_before`, which defaults to tomorrow.

    Returns `None` if the cycle has no published plan or does not start before that day.
    Coachees who have lost their coach continue from their last session, regardless of the plan.
    Sessions count at their current times; cancelled sessions do not count.

    Raises:
        ConflictError: `not_before` was given but the cycle has no published plan, or the day is in
            the past or outside the cycle.
    """
    zone = cycle.cycle.zone
    today = now.astimezone(zone).date()
    if not_before is not None:
        _check(not_before, cycle, published, today)
    if published is None:
        return None
    day = not_before or today + timedelta(1)
    if day <= cycle.cycle.start:
        return None
    start = datetime.combine(day, time(), zone).astimezone(UTC)
    stored = _last_session_numbers(tx, cycle_id, start)
    earlier = {
        match.coachee: match.sessions[0].number - 1 for match in published.matches if match.sessions
    }
    return UnderWay(
        not_before=day,
        reached={
            code: max(numbers[code] for numbers in (earlier, stored) if code in numbers)
            for code in sorted(earlier.keys() | stored.keys())
        },
    )


def _last_session_numbers(tx: Transaction, cycle_id: str, start: datetime) -> dict[str, int]:
    """Return the number of each coachee's last confirmed session before `start`, keyed by code."""
    rows = tx.execute(
        select(PersonRow.code, func.max(SessionRow.number))
        .join(PersonRow, PersonRow.id == SessionRow.coachee_id)
        .where(
            SessionRow.cycle_id == cycle_id,
            SessionRow.state == SessionState.CONFIRMED,
            SessionRow.starts_at < start,
        )
        .group_by(PersonRow.code)
    )
    return {row[0]: row[1] for row in rows}


def _check(day: date, cycle: Cycle, published: Result | None, today: date) -> None:
    if published is None:
        raise ConflictError(facts.NOT_BEFORE_WITHOUT_PLAN())
    if day < today:
        raise ConflictError(facts.NOT_BEFORE_IN_THE_PAST(day=day, today=today))
    if not cycle.cycle.start <= day <= cycle.cycle.end:
        first = max(cycle.cycle.start, today)
        raise ConflictError(
            facts.NOT_BEFORE_OUTSIDE_CYCLE(day=day, first=first, end=cycle.cycle.end)
        )
