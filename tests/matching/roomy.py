"""Small random instances with few coaches of large capacity: only hours and caps are scarce."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from random import Random

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from tests.matching.crowded import START, crowded

_CAPACITIES = range(2, 9)
_LARGE = (4, 5, 6)
_TWO_WEEKS = 13  # days from the first to the last


def roomy(random: Random, sizes: Sequence[int] = (2, 3, 4, 5)) -> tuple[Roster, Cycle]:
    """Return a `crowded` instance in which each coach has a capacity of 2 to 8."""
    roster, cycle = crowded(random, sizes)
    coaches = tuple(
        coach.model_copy(update={"capacity": random.choice(_CAPACITIES)})
        for coach in roster.coaches
    )
    return roster.model_copy(update={"coaches": coaches}), cycle


def sociable(random: Random) -> tuple[Roster, Cycle]:
    """Return a `roomy` instance with a window that most people share, for large feasible sets.

    Two weeks and at most two sessions keep the number of timetables small enough to enumerate.
    """
    roster, cycle = roomy(random, _LARGE)
    shared = WeeklyWindow(random.choice([0, 1, 3]), 540, 540 + random.choice([120, 180, 240]))
    many = random.choice([0.7, 0.9, 1.0])

    def joining(windows: tuple[WeeklyWindow, ...]) -> tuple[WeeklyWindow, ...]:
        return (shared, *windows[:1]) if random.random() < many else windows[:2]

    people = {
        kind: tuple(
            one.model_copy(update={"availability": joining(one.availability)})
            for one in getattr(roster, kind)
        )
        for kind in ("coachees", "coaches")
    }
    count = random.choice([1, 1, 2])
    low = random.choice([0, 1, 5, 7])
    sessions = cycle.sessions.model_copy(
        update={
            "count": count,
            "grid_minutes": 60,
            "minutes": random.choice([45, 60, 60, 90]),
            "min_gap_days": low,
            "max_gap_days": max(low, 7),
            "max_per_coach_day": random.choice([1, 2, 3, 4]),
            "max_per_coach_week": random.choice([2, 3, 4, 5]),
            "buffer_minutes": random.choice([0, 0, 15]),
        }
    )
    dates = cycle.cycle.model_copy(update={"end": START + timedelta(_TWO_WEEKS)})
    return roster.model_copy(update=people), cycle.model_copy(
        update={"sessions": sessions, "cycle": dates}
    )
