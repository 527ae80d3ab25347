"""Statistics of each cycle, for auditors, who may not see individual people."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session as Transaction

from api.overview.cycles import CycleSummary, all_summaries
from api.sessions.rows import RecordRow, SessionRow, SessionState
from api.values import FrozenModel
from coach.sessions import Attendance


class CycleStatistics(FrozenModel):
    """A cycle's number of confirmed sessions and the number recorded as held."""

    cycle: CycleSummary
    sessions: int
    held: int


def cycle_statistics(tx: Transaction) -> tuple[CycleStatistics, ...]:
    """Return the statistics of all cycles, newest first. The number of queries is constant."""
    on = dict(
        tx.execute(
            select(SessionRow.cycle_id, func.count())
            .where(SessionRow.state == SessionState.CONFIRMED)
            .group_by(SessionRow.cycle_id)
        ).all()
    )
    held = dict(
        tx.execute(
            select(SessionRow.cycle_id, func.count())
            .join(RecordRow, RecordRow.session_id == SessionRow.id)
            .where(RecordRow.attendance == Attendance.HELD)
            .group_by(SessionRow.cycle_id)
        ).all()
    )
    return tuple(
        CycleStatistics(cycle=cycle, sessions=on.get(cycle.id, 0), held=held.get(cycle.id, 0))
        for cycle in all_summaries(tx)
    )
