"""The fit question, which both people in a pair are asked after their first session.

An answer is shown only to the person who gave it. If either person answers that the fit is not
good, the office learns that the pair is asking for another coach, but not which person gave this
answer. The other person is not informed.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime
from sqlalchemy.orm import Session as Transaction

from api.audit_trail.log import record_event
from api.coaching.agreements import facts
from api.coaching.agreements.pairs import Pair, open_pair, own_pair, own_side
from api.coaching.agreements.rows import FitAnswerRow
from api.http.principal import Principal
from api.participants.rows import Side
from api.services import Services
from api.values import FrozenModel
from coach.agreements import Fit
from coach.errors import ConflictError


class FitInput(FrozenModel):
    """A person's answer to the fit question."""

    fit: Fit


class FitAnswer(FrozenModel):
    """A person's own answer about `other`, and whether the answer can be given or changed now."""

    other: str
    is_open: bool
    fit: Fit | None
    answered_at: AwareDatetime | None


def read_fit(services: Services, principal: Principal, other_id: str) -> FitAnswer:
    """Return the principal's own answer about another person.

    Raises:
        NotFoundError: the two are not a pair, or the principal may not see the pair.
    """
    with services.database.reading() as tx:
        pair = own_pair(tx, principal, other_id)
        return fit_answer(tx, pair, own_side(principal), now=services.now())


def answer_fit(
    services: Services, principal: Principal, other_id: str, given: FitInput
) -> FitAnswer:
    """Store the principal's answer about another person, replacing any earlier answer.

    Raises:
        NotFoundError: as for `read_fit`.
        ConflictError: the first session has not ended yet, or the pair has ended.
    """
    with services.database.writing() as tx:
        pair, side, now = open_pair(tx, principal, other_id), own_side(principal), services.now()
        if not is_due(pair, now):
            raise ConflictError(facts.FIT_TOO_EARLY())
        row = _row(tx, pair, side)
        if row is None:
            row = FitAnswerRow(
                coachee_id=pair.coachee.id,
                coach_id=pair.coach.id,
                side=side,
                cycle_id=pair.cycle_id,
            )
            tx.add(row)
        row.fit, row.answered_at = given.fit, now
        record_event(tx, "fit answered", "person", principal.person_id or "")
        return fit_answer(tx, pair, side, now=now)


def fit_answer(tx: Transaction, pair: Pair, side: Side, *, now: datetime) -> FitAnswer:
    """Return the answer given by one person in a pair."""
    row = _row(tx, pair, side)
    return FitAnswer(
        other=pair.other(side).name,
        is_open=pair.ended is None and is_due(pair, now),
        fit=None if row is None else row.fit,
        answered_at=None if row is None else row.answered_at,
    )


def is_due(pair: Pair, now: datetime) -> bool:
    """Return whether a pair's first session is over."""
    return pair.first_end is not None and pair.first_end <= now


def _row(tx: Transaction, pair: Pair, side: Side) -> FitAnswerRow | None:
    return tx.get(FitAnswerRow, (pair.coachee.id, pair.coach.id, side))
