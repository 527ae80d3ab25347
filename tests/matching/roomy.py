"""Small random programmes with many places with few coaches: only hours and caps are scarce."""

from __future__ import annotations

from random import Random

from coach.cycle import Cycle
from coach.people import Roster
from tests.matching.crowded import crowded

_CAPACITIES = range(2, 9)


def roomy(random: Random) -> tuple[Roster, Cycle]:
    """As `crowded`, with 2 to 8 places with each coach."""
    roster, cycle = crowded(random)
    coaches = tuple(
        coach.model_copy(update={"capacity": random.choice(_CAPACITIES)})
        for coach in roster.coaches
    )
    return roster.model_copy(update={"coaches": coaches}), cycle
