"""The use case for sharing a former pair's goals and commitments with the new coach."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements.pairs import own_pairs
from api.coaching.agreements.store import agreement_of
from api.coaching.goals import facts
from api.coaching.goals.pair_work import open_work, seen_work
from api.coaching.goals.rows import CommitmentRow, GoalRow
from api.http.principal import Principal
from api.services import Services
from api.values import FrozenModel
from coach.errors import ConflictError
from coach.goals import ENDED_STATES, MAX_GOALS


class SharedWork(FrozenModel):
    """The new coach, and the numbers of goals and commitments that were shared."""

    coach_id: str
    goals: int
    commitments: int


def share_with_new_coach(services: Services, principal: Principal, former_id: str) -> SharedWork:
    """Move all goals and commitments of a former pair to the agreement with the new coach.

    The new coach sees neither the former coach's ratings nor the former agreement.

    Raises:
        NotFoundError: the two were never a pair.
        ConflictError: the two still work together, there is nothing to share, there is no agreement
            with a new coach, or there would be too many goals.
    """
    with services.database.writing() as tx:
        former = seen_work(tx, services, principal, former_id)
        current = next((pair for pair in own_pairs(tx, principal) if pair.ended is None), None)
        if former.pair.ended is None or former.agreement is None:
            raise ConflictError(facts.NOTHING_TO_SHARE())
        if current is None or agreement_of(tx, current) is None:
            raise ConflictError(facts.NO_NEW_AGREEMENT())
        work = open_work(tx, services, principal, current.coach.id)
        counts = {
            row_type: _count(tx, row_type, former.agreement_id)
            for row_type in (GoalRow, CommitmentRow)
        }
        if not any(counts.values()):
            raise ConflictError(facts.NOTHING_TO_SHARE())
        if _open_goals(tx, former.agreement_id, work.agreement_id) > MAX_GOALS:
            raise ConflictError(facts.TOO_MANY_GOALS(limit=MAX_GOALS))
        for row_type in counts:
            tx.execute(
                update(row_type)
                .where(row_type.agreement_id == former.agreement_id)
                .values(agreement_id=work.agreement_id, changed_at=work.now)
            )
        shared = SharedWork(
            coach_id=current.coach.id, goals=counts[GoalRow], commitments=counts[CommitmentRow]
        )
        record_event(tx, "goals handed over", "agreement", work.agreement_id)
        return shared


def _count(tx: Transaction, row_type: type[GoalRow | CommitmentRow], agreement_id: str) -> int:
    query = select(func.count()).where(row_type.agreement_id == agreement_id)
    return tx.scalar(query) or 0


def _open_goals(tx: Transaction, *agreement_ids: str) -> int:
    query = select(func.count()).where(
        GoalRow.agreement_id.in_(agreement_ids), GoalRow.state.not_in(ENDED_STATES)
    )
    return tx.scalar(query) or 0
