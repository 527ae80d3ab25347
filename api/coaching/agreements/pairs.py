"""Pairs of a coachee and a coach, derived from their published sessions.

A coachee's current coach is the coach of their last confirmed session. A pair has ended if the
coachee now has another coach or none, or if either person has left or been erased. The coach can no
longer see an ended pair. The coachee can still see it, and can record results if the pair was
completed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Subquery, case, distinct, func, or_, select, union
from sqlalchemy.orm import Session as Transaction

from api.coaching.agreements import facts
from api.http.principal import AccessRole, Principal
from api.participants.rows import PersonRow, Side
from api.sessions.rows import SessionRow, SessionState
from coach.agreements import ClosedAs
from coach.errors import ConflictError, NotFoundError


@dataclass(frozen=True, slots=True)
class Pair:
    """A coachee and a coach who have or had sessions together.

    Attributes:
        first_start: the start of their first confirmed session, not counting a contracting session;
            `None` if they have none.
        first_end: the end of that session.
        last_end: the end of their last confirmed session.
        sessions: the number of confirmed sessions, not counting a contracting session.
        ended: why the pair has ended; `None` if the pair has not ended.
    """

    coachee: PersonRow
    coach: PersonRow
    first_start: datetime | None
    first_end: datetime | None
    last_end: datetime | None
    sessions: int
    ended: ClosedAs | None

    @property
    def cycle_id(self) -> str:
        """The id of the pair's cycle."""
        return self.coachee.cycle_id

    def own(self, side: Side) -> PersonRow:
        """Return the person on `side`."""
        return self.coachee if side is Side.COACHEE else self.coach

    def other(self, side: Side) -> PersonRow:
        """Return the other person, from the point of view of `side`."""
        return self.coach if side is Side.COACHEE else self.coachee


def own_side(principal: Principal) -> Side:
    """Return the side of a person who uses their own link.

    Raises:
        NotFoundError: the principal is neither a coach nor a coachee.
    """
    sides = {AccessRole.COACHEE: Side.COACHEE, AccessRole.COACH: Side.COACH}
    if principal.role not in sides or principal.person_id is None:
        raise NotFoundError(facts.NO_PAIR())
    return sides[principal.role]


def own_pairs(tx: Transaction, principal: Principal) -> tuple[Pair, ...]:
    """Return the pairs that the principal may see; see `visible_pairs`.

    Raises:
        NotFoundError: the principal is neither a coach nor a coachee.
    """
    return visible_pairs(tx, own_side(principal), principal.person_id or "")


def visible_pairs(tx: Transaction, side: Side, person_id: str) -> tuple[Pair, ...]:
    """Return the pairs that a person may see: current pairs first, each group sorted by name."""
    pairs = [
        pair for pair in _pairs(tx, side, person_id) if pair.ended is None or side is Side.COACHEE
    ]
    return tuple(sorted(pairs, key=lambda pair: (pair.ended is not None, pair.other(side).name)))


def own_pair(tx: Transaction, principal: Principal, other_id: str) -> Pair:
    """Return the pair formed by the principal and another person.

    Raises:
        NotFoundError: there is no such pair, or the principal may not see it. The message does not
            reveal which is the case.
    """
    side = own_side(principal)
    for pair in own_pairs(tx, principal):
        if pair.other(side).id == other_id:
            return pair
    raise NotFoundError(facts.NO_PAIR())


def open_pair(tx: Transaction, principal: Principal, other_id: str) -> Pair:
    """Return the pair formed by the principal and another person if the pair can be changed.

    Raises:
        NotFoundError: as for `own_pair`.
        ConflictError: the pair has ended.
    """
    pair = own_pair(tx, principal, other_id)
    if pair.ended is not None:
        raise ConflictError(facts.PAIR_ENDED())
    return pair


def ended_pairs(tx: Transaction, cycle_id: str) -> tuple[Pair, ...]:
    """Return a cycle's ended pairs, sorted by coachee name.

    The number of queries is constant, and few pairs that have not ended are read.
    """
    has_left = select(PersonRow.id).where(
        PersonRow.cycle_id == cycle_id,
        or_(PersonRow.left_at.is_not(None), PersonRow.erased_at.is_not(None)),
    )
    coachees = (
        select(SessionRow.coachee_id)
        .where(SessionRow.cycle_id == cycle_id)
        .group_by(SessionRow.coachee_id)
    )
    several = coachees.having(func.count(distinct(SessionRow.coach_id)) > 1)
    with_who_left = coachees.where(
        or_(SessionRow.coachee_id.in_(has_left), SessionRow.coach_id.in_(has_left))
    )
    is_confirmed = case((SessionRow.state == SessionState.CONFIRMED, 1), else_=0)
    cancelled = coachees.having(func.max(is_confirmed) == 0)
    found = _pairs_of(tx, union(several, with_who_left, cancelled).subquery())
    ended = (pair for pair in found if pair.ended is not None)
    return tuple(sorted(ended, key=lambda pair: (pair.coachee.name, pair.coachee.id)))


def _pairs(tx: Transaction, side: Side, person_id: str) -> list[Pair]:
    """Return all of a person's pairs, including ended ones."""
    own = SessionRow.coachee_id if side is Side.COACHEE else SessionRow.coach_id
    coachees = select(SessionRow.coachee_id).where(own == person_id).distinct().subquery()
    pairs = _pairs_of(tx, coachees)
    return [pair for pair in pairs if person_id in (pair.coachee.id, pair.coach.id)]


def _pairs_of(tx: Transaction, coachees: Subquery) -> list[Pair]:
    """Return all pairs of the given coachees, including ended ones."""
    rows = tx.scalars(
        select(SessionRow)
        .where(SessionRow.coachee_id.in_(select(coachees)))
        .order_by(SessionRow.starts_at, SessionRow.uid)
    ).all()
    by_pair: dict[tuple[str, str], list[SessionRow]] = {}
    current: dict[str, str] = {}
    for row in rows:
        by_pair.setdefault((row.coachee_id, row.coach_id), []).append(row)
        if row.state is SessionState.CONFIRMED:
            current[row.coachee_id] = row.coach_id
    ids = {identifier for key in by_pair for identifier in key}
    people = {row.id: row for row in tx.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))}
    return [
        _pair(people[coachee], people[coach], by_pair[coachee, coach], current.get(coachee))
        for coachee, coach in by_pair
    ]


def _pair(
    coachee: PersonRow, coach: PersonRow, rows: Sequence[SessionRow], current: str | None
) -> Pair:
    confirmed = [row for row in rows if row.state is SessionState.CONFIRMED]
    numbered = [row for row in confirmed if row.number]
    ended = None
    if coachee.left_at or coach.left_at or coachee.erased_at or coach.erased_at:
        ended = ClosedAs.LEFT
    if current != coach.id:
        ended = ClosedAs.REPLACED
    return Pair(
        coachee=coachee,
        coach=coach,
        first_start=numbered[0].starts_at if numbered else None,
        first_end=numbered[0].ends_at if numbered else None,
        last_end=max((row.ends_at for row in confirmed), default=None),
        sessions=len(numbered),
        ended=ended,
    )
