"""The published result that a later run keeps, with the sessions that people have now.

The stored result of a plan never changes. Sessions may have been moved or cancelled since it was
published; the rows in `sessions` correspond to people's calendars.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.runs.rows import PlanRow, PlanState
from api.sessions.rows import SessionRow, SessionState
from coach.sessions import Session
from matching.result import Match, Result


def published_result(tx: Transaction, cycle_id: str) -> Result | None:
    """Return the stored result of a cycle's published plan, or `None` if no plan is published."""
    text = tx.scalar(
        select(PlanRow.result).where(
            PlanRow.cycle_id == cycle_id, PlanRow.state == PlanState.PUBLISHED
        )
    )
    return None if text is None else Result.model_validate_json(text)


def with_current_sessions(tx: Transaction, cycle_id: str, result: Result) -> Result:
    """Return a published result with current session times and without cancelled sessions.

    Raises:
        NotFoundError: there is no such cycle.
    """
    zone = policy_of(cycle_row(tx, cycle_id)).cycle.zone
    of_cycle = select(SessionRow).where(SessionRow.cycle_id == cycle_id)
    rows = {row.uid: row for row in tx.scalars(of_cycle)}
    matches = tuple(_with_current_sessions(match, rows, zone) for match in result.matches)
    return result.model_copy(update={"matches": matches})


def _with_current_sessions(match: Match, rows: Mapping[str, SessionRow], zone: ZoneInfo) -> Match:
    current = (_current(session, rows.get(session.uid), zone) for session in match.sessions)
    sessions = tuple(session for session in current if session is not None)
    return match if sessions == match.sessions else match.model_copy(update={"sessions": sessions})


def _current(session: Session, row: SessionRow | None, zone: ZoneInfo) -> Session | None:
    if row is None:
        return session
    if row.state is SessionState.CANCELLED:
        return None
    if (row.starts_at, row.ends_at) == (session.start, session.end):
        return session
    return Session(
        uid=session.uid,
        number=session.number,
        start=row.starts_at.astimezone(zone),
        end=row.ends_at.astimezone(zone),
    )
