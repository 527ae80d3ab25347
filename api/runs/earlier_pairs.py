"""Finds the people in a cycle's roster who were a pair in an earlier cycle on this server."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction
from sqlalchemy.orm import aliased

from api.cycles.rows import CycleRow
from api.cycles.service import header_of
from api.participants.rows import PersonRow, Side
from api.sessions.rows import SessionRow, SessionState
from coach.cycle import Cycle
from coach.people import Person, Roster
from coach.repeat import allows_all

Humans = tuple[str, str]
"""The ids of the humans behind a coachee and a coach."""


def with_earlier_pairs(tx: Transaction, cycle_id: str, roster: Roster, policy: Cycle) -> Roster:
    """Return a cycle's current roster, in file order, with pairs from earlier cycles added.

    Earlier cycles are those that start before this one. Two people were a pair if an earlier cycle
    contains a session of theirs that is not cancelled. People are recognised by their row in the
    directory. If the policy allows all earlier pairs, no pairs are looked up.
    """
    if allows_all(policy.rules.repeat):
        return roster.model_copy(update={"earlier_pairs": None, "earlier_cycles": None})
    coachees, coaches = _codes(tx, cycle_id, Side.COACHEE), _codes(tx, cycle_id, Side.COACH)
    places = _places(roster.coachees), _places(roster.coaches)
    found = {
        (coachee, coach): names
        for (one, other), names in _earlier(tx, cycle_id, policy, coachees, coaches).items()
        for coachee in coachees[one]
        for coach in coaches[other]
    }
    pairs = sorted(found, key=lambda pair: (places[0][pair[0]], places[1][pair[1]]))
    names = tuple(found[pair] for pair in pairs) if found else None
    return roster.model_copy(update={"earlier_pairs": tuple(pairs), "earlier_cycles": names})


def _codes(tx: Transaction, cycle_id: str, side: Side) -> dict[str, list[str]]:
    """Return the list ids of the people on one side, keyed by human."""
    codes: dict[str, list[str]] = defaultdict(list)
    listed = select(PersonRow.human_id, PersonRow.code).where(
        PersonRow.cycle_id == cycle_id, PersonRow.side == side, PersonRow.left_at.is_(None)
    )
    for human, code in tx.execute(listed):
        if human is not None:
            codes[human].append(code)
    return codes


def _earlier(
    tx: Transaction,
    cycle_id: str,
    policy: Cycle,
    coachees: Iterable[str],
    coaches: Iterable[str],
) -> dict[Humans, tuple[str, ...]]:
    """Return the names of each pair's earlier cycles, oldest first, keyed by humans."""
    coachee, coach = aliased(PersonRow), aliased(PersonRow)
    query = (
        select(coachee.human_id, coach.human_id, SessionRow.cycle_id)
        .join(coachee, coachee.id == SessionRow.coachee_id)
        .join(coach, coach.id == SessionRow.coach_id)
        .where(
            SessionRow.cycle_id != cycle_id,
            SessionRow.state == SessionState.CONFIRMED,
            coachee.human_id.in_(list(coachees)),
            coach.human_id.in_(list(coaches)),
        )
        .distinct()
    )
    rows = tx.execute(query).all()
    names = _earlier_cycles(tx, {row[2] for row in rows}, policy)
    by_pair: dict[Humans, set[str]] = defaultdict(set)
    for one, other, cycle in rows:
        if one is not None and other is not None and cycle in names:
            by_pair[one, other].add(cycle)
    return {
        pair: tuple(dict.fromkeys(name for cycle, name in names.items() if cycle in cycles))
        for pair, cycles in by_pair.items()
    }


def _earlier_cycles(tx: Transaction, ids: set[str], policy: Cycle) -> dict[str, str]:
    """Return the names of cycles that start before the policy's, oldest first, keyed by id."""
    rows = tx.scalars(select(CycleRow).where(CycleRow.id.in_(ids)))
    starts = [(header_of(row).start, row.id, row.name) for row in rows]
    return {ident: name for start, ident, name in sorted(starts) if start < policy.cycle.start}


def _places(people: Sequence[Person]) -> dict[str, int]:
    return {person.id: place for place, person in enumerate(people)}
