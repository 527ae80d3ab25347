"""The follow-ups of the person who uses a link, each with its pair."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements.follow_ups import dates_of
from api.coaching.agreements.pairs import visible_pairs
from api.coaching.agreements.rows import AgreementRow, FollowUpRow
from api.coaching.follow_up import facts
from api.coaching.goals.pair_work import PairWork
from api.cycles.service import cycle_header
from api.http.principal import Principal
from coach.errors import ConflictError, NotFoundError
from coach.follow_up import FollowUpState, follow_up_state


@dataclass(frozen=True, slots=True)
class FollowUpWork:
    """A follow-up and its pair, from the point of view of the person who is asked."""

    row: FollowUpRow
    work: PairWork
    state: FollowUpState
    today: date

    @property
    def is_open(self) -> bool:
        """Whether the follow-up can be answered; answers can be corrected until the last day."""
        answered = self.state is FollowUpState.ANSWERED and self.today <= self.row.until
        return answered or self.state is FollowUpState.DUE


def own_follow_ups(tx: Transaction, principal: Principal, *, now: datetime) -> list[FollowUpWork]:
    """Return the principal's follow-ups for visible pairs, sorted by due date."""
    rows = tx.scalars(
        select(FollowUpRow)
        .where(FollowUpRow.person_id == principal.person_id)
        .order_by(FollowUpRow.due, FollowUpRow.month, FollowUpRow.id)
    ).all()
    if not rows:
        return []
    zone = ZoneInfo(cycle_header(tx, rows[0].cycle_id).timezone)
    works = _works(tx, rows[0], now)
    today = now.astimezone(zone).date()
    return [
        FollowUpWork(
            row, works[row.agreement_id], follow_up_state(dates_of(row, zone), today), today
        )
        for row in rows
        if row.agreement_id in works
    ]


def own_follow_up(
    tx: Transaction, principal: Principal, follow_up_id: str, *, now: datetime
) -> FollowUpWork:
    """Return one of the principal's follow-ups.

    Raises:
        NotFoundError: there is no such follow-up, or the principal may not see it.
    """
    for found in own_follow_ups(tx, principal, now=now):
        if found.row.id == follow_up_id:
            return found
    raise NotFoundError(facts.NO_FOLLOW_UP())


def require_open(found: FollowUpWork) -> None:
    """Check that a follow-up can be answered now.

    Raises:
        ConflictError: the follow-up is not open yet, or no longer open.
    """
    if found.is_open:
        return
    if found.state is FollowUpState.WAITING:
        raise ConflictError(facts.NOT_OPEN_YET(day=found.row.due))
    if found.state is FollowUpState.ENDED:
        raise ConflictError(facts.ENDED())
    raise ConflictError(facts.OVER(day=found.row.until))


def _works(tx: Transaction, row: FollowUpRow, now: datetime) -> dict[str, PairWork]:
    """Return the pairs with follow-ups that a person may see, keyed by agreement id.

    A coach can no longer see a pair that has ended.
    """
    side, works = row.side, {}
    agreements = tx.scalars(
        select(AgreementRow)
        .join(FollowUpRow, FollowUpRow.agreement_id == AgreementRow.id)
        .where(FollowUpRow.person_id == row.person_id)
    ).all()
    pairs = {
        (pair.coachee.id, pair.coach.id): pair for pair in visible_pairs(tx, side, row.person_id)
    }
    for agreement in agreements:
        pair = pairs.get((agreement.coachee_id, agreement.coach_id))
        if pair is not None:
            works[agreement.id] = PairWork(tx, pair, agreement, side, now)
    return works
