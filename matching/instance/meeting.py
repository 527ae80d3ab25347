"""Who could meet often enough if nobody else were there, for a few pairs of a large roster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coach.people import Roster
from matching.instance.partial_cycle import can_place
from matching.instance.problem import session_limits
from matching.instance.series_feasibility import schedulable
from matching.rules.evaluation import Judges


def can_meet(
    judges: Judges, coachee: NDArray[np.int32], coach: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """`bool[p]` where a pair, were it alone, could place its whole series.

    Looks at the free time of these people only, however large the roster is.
    """
    roster, free = judges.facts.roster, judges.facts.free_time
    rows, row = np.unique(coachee, return_inverse=True)
    columns, column = np.unique(coach, return_inverse=True)
    few = replace(free, coachees=free.coachees[rows], coaches=free.coaches[columns])
    some = Roster(
        coachees=tuple(roster.coachees[one] for one in rows.tolist()),
        coaches=tuple(roster.coaches[one] for one in columns.tolist()),
    )
    limits = session_limits(some, judges.facts.cycle.sessions)
    pairs = row.astype(np.int32), column.astype(np.int32)
    behind = judges.facts.behind
    if behind is None:
        return schedulable(few, limits, *pairs)
    demand = behind.demand(some, *pairs)
    return can_place(behind.open_time(some, few, limits), limits, *pairs, demand)
