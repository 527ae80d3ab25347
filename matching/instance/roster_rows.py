"""The rows of people and pairs in a roster, which are their indices in a problem's arrays."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from coach.availability import epoch_minute
from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.partial_cycle import FixedHistory
from matching.result import Result

Pair = tuple[int, int]
"""The rows of a coachee and a coach."""


def row_by_id(people: Sequence[object]) -> dict[str, int]:
    """Return each person's row, keyed by id."""
    return {person.id: row for row, person in enumerate(people)}  # type: ignore[attr-defined]


def pin_pairs(roster: Roster, cycle: Cycle) -> list[Pair]:
    """Return the pinned pairs whose coachee and coach are in the roster, in file order."""
    return present_pairs(roster, cycle.pins.items())


def present_pairs(roster: Roster, pairs: Iterable[tuple[str, str]]) -> list[Pair]:
    """Return the rows for each pair of ids whose coachee and coach are both in the roster."""
    coachees, coaches = row_by_id(roster.coachees), row_by_id(roster.coaches)
    return [
        (coachees[coachee], coaches[coach])
        for coachee, coach in pairs
        if coachee in coachees and coach in coaches
    ]


def kept_pairs(roster: Roster, keep: Result | None) -> list[Pair]:
    """Return the pairs of an earlier result whose coachee and coach are still in the roster."""
    pairs = [(match.coachee, match.coach) for match in (keep.matches if keep else ())]
    return present_pairs(roster, pairs)


def kept_starts(roster: Roster, keep: Result | None) -> dict[Pair, dict[int, int]]:
    """Return an earlier result's starts (epoch minutes), keyed by pair and session number."""
    coachees, coaches = row_by_id(roster.coachees), row_by_id(roster.coaches)
    return {
        (coachees[match.coachee], coaches[match.coach]): {
            session.number: epoch_minute(session.start) for session in match.sessions
        }
        for match in (keep.matches if keep else ())
        if match.coachee in coachees and match.coach in coaches
    }


def past_session_times(
    roster: Roster, history: FixedHistory | None
) -> dict[Pair, list[tuple[int, int]]]:
    """Return each past session's day index and start (epoch minutes), keyed by pair.

    Contracting sessions are left out.
    """
    coachees, coaches = row_by_id(roster.coachees), row_by_id(roster.coaches)
    return {
        (coachees[coachee], coaches[coach]): history.past_times(coachee, coach)
        for coachee, coach in (history.sessions if history else ())
        if history and coachee in coachees and coach in coaches
    }
