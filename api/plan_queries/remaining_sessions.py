"""A coachee's remaining sessions, which a replacement coach would take over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.cycles.service import cycle_row, policy_of
from api.runs.rows import PlanRow, PlanState
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel


class RemainingSessions(FrozenModel):
    """The sessions of a series that have not been held yet.

    `not_before` is the first possible day for them, or `None` for the first day of the cycle.
    `sessions` is their number, or `None` for the complete series.
    """

    not_before: date | None = None
    sessions: int | None = None


def remaining_sessions_of(
    tx: Transaction, plan: PlanRow, person_id: str, *, now: datetime
) -> RemainingSessions:
    """Return a coachee's upcoming sessions if the plan is published and its cycle has started.

    Otherwise, or if the coachee has no upcoming sessions, return the complete series.
    """
    cycle = policy_of(cycle_row(tx, plan.cycle_id))
    tomorrow = now.astimezone(cycle.cycle.zone).date() + timedelta(days=1)
    if plan.state is not PlanState.PUBLISHED or tomorrow <= cycle.cycle.start:
        return RemainingSessions()
    own = (SessionRow.coachee_id == person_id, SessionRow.state == SessionState.CONFIRMED)
    coming = tx.scalar(select(func.count()).where(*own, SessionRow.starts_at > now))
    return RemainingSessions(not_before=tomorrow, sessions=coming or None)
