"""The programme office's view of agreements: states, dates, and pairs asking for another coach.

Everything is read in a fixed number of queries, because a cycle can have over a thousand pairs.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime
from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.coaching.agreements.rows import AgreementRow, FitAnswerRow
from api.cycles.service import cycle_row
from api.participants.rows import PersonRow
from api.services import Services
from api.sessions.rows import SessionRow, SessionState
from api.values import FrozenModel
from coach.agreements import AgreementState, ClosedAs, Fit, state_at


class AgreementStatus(FrozenModel):
    """A pair in a cycle, with the state and dates of its agreement."""

    coachee_id: str
    coachee: str
    coach_id: str
    coach: str
    state: AgreementState | None
    closed_as: ClosedAs | None
    agreed_at: AwareDatetime | None
    closed_at: AwareDatetime | None
    asks_for_change: bool


def list_agreements(services: Services, cycle_id: str) -> tuple[AgreementStatus, ...]:
    """Return the status of each current pair's agreement, sorted by coachee name.

    Raises:
        NotFoundError: there is no such cycle.
    """
    with services.database.reading() as tx:
        cycle_row(tx, cycle_id)
        return agreement_statuses(tx, cycle_id, now=services.now())


def agreement_statuses(
    tx: Transaction, cycle_id: str, *, now: datetime
) -> tuple[AgreementStatus, ...]:
    """Return the statuses of the current pairs' agreements; see `list_agreements`."""
    rows = tx.execute(_statuses(cycle_id)).all()
    asking = set(tx.execute(_asking(cycle_id)).all())
    latest: dict[tuple[str, str], Any] = {}
    for row in rows:  # the latest agreement of a pair comes last and wins
        latest[row.coachee_id, row.coach_id] = row
    return tuple(
        AgreementStatus(
            coachee_id=row.coachee_id,
            coachee=row.coachee,
            coach_id=row.coach_id,
            coach=row.coach,
            state=_state(row, now),
            closed_as=row.closed_as or (ClosedAs.LEFT if row.has_left and row.state else None),
            agreed_at=row.agreed_at,
            closed_at=row.closed_at,
            asks_for_change=key in asking and not row.has_left,
        )
        for key, row in latest.items()
    )


def count_asking_pairs() -> Select[str, int]:
    """Select the number of pairs asking for another coach, grouped by cycle."""
    current = current_pairs().subquery()
    return (
        select(FitAnswerRow.cycle_id, func.count(func.distinct(FitAnswerRow.coachee_id)))
        .join(
            current,
            and_(
                current.c.coachee_id == FitAnswerRow.coachee_id,
                current.c.coach_id == FitAnswerRow.coach_id,
            ),
        )
        .where(FitAnswerRow.fit == Fit.NOT_GOOD, ~current.c.has_left)
        .group_by(FitAnswerRow.cycle_id)
    )


def current_pairs(cycle_id: str | None = None) -> Select[Any]:
    """Select each coachee with their current coach, and the start of the pair's first session.

    The current coach is the coach of the coachee's last confirmed session. A contracting session
    does not count as the first session. `has_left` is true if either person has left or been
    erased.
    """
    sessions = select(
        SessionRow.cycle_id,
        SessionRow.coachee_id,
        SessionRow.coach_id,
        func.row_number()
        .over(
            partition_by=SessionRow.coachee_id,
            order_by=(SessionRow.starts_at.desc(), SessionRow.uid.desc()),
        )
        .label("from_last"),
        func.min(case((SessionRow.number > 0, SessionRow.starts_at)))
        .over(partition_by=(SessionRow.coachee_id, SessionRow.coach_id))
        .label("first_start"),
    ).where(SessionRow.state == SessionState.CONFIRMED)
    if cycle_id is not None:
        sessions = sessions.where(SessionRow.cycle_id == cycle_id)
    numbered = sessions.subquery()
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    return (
        select(
            numbered.c.cycle_id,
            numbered.c.coachee_id,
            numbered.c.coach_id,
            numbered.c.first_start,
            coachee.name.label("coachee"),
            coach.name.label("coach"),
            or_(
                coachee.left_at.is_not(None),
                coach.left_at.is_not(None),
                coachee.erased_at.is_not(None),
                coach.erased_at.is_not(None),
            ).label("has_left"),
        )
        .join(coachee, coachee.id == numbered.c.coachee_id)
        .join(coach, coach.id == numbered.c.coach_id)
        .where(numbered.c.from_last == 1)
    )


def _statuses(cycle_id: str) -> Select[Any]:
    current = current_pairs(cycle_id).subquery()
    return (
        select(
            current,
            AgreementRow.state,
            AgreementRow.closed_as,
            AgreementRow.agreed_at,
            AgreementRow.closed_at,
        )
        .outerjoin(
            AgreementRow,
            and_(
                AgreementRow.coachee_id == current.c.coachee_id,
                AgreementRow.coach_id == current.c.coach_id,
                or_(
                    AgreementRow.closed_as.is_(None),
                    AgreementRow.closed_as != ClosedAs.REPLACED,
                ),
            ),
        )
        .order_by(
            current.c.coachee,
            current.c.coachee_id,
            case((AgreementRow.created_at.is_(None), 0), else_=1),
            AgreementRow.created_at,
        )
    )


def _asking(cycle_id: str) -> Select[str, str]:
    return (
        select(FitAnswerRow.coachee_id, FitAnswerRow.coach_id)
        .where(FitAnswerRow.cycle_id == cycle_id, FitAnswerRow.fit == Fit.NOT_GOOD)
        .distinct()
    )


def _state(row: Any, now: datetime) -> AgreementState | None:  # noqa: ANN401 - a row of columns
    if row.state is None:
        return None
    return AgreementState.CLOSED if row.has_left else state_at(row.state, row.first_start, now)
