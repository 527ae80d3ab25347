"""Who could meet often enough if nobody else were there, for a few pairs of a large roster."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coach.people import Roster
from matching.instance.partial_cycle import can_place_remaining
from matching.instance.problem import session_limits
from matching.instance.series_feasibility import schedulable
from matching.rules.evaluation import RuleEvaluator


def can_meet(
    evaluator: RuleEvaluator, coachee: NDArray[np.int32], coach: NDArray[np.int32]
) -> NDArray[np.bool_]:
    """`bool[p]` where a pair, were it alone, could place its whole series.

    Looks at the free time of these people only, however large the roster is.
    """
    roster, free = evaluator.inputs.roster, evaluator.inputs.availability_grid
    rows, row = np.unique(coachee, return_inverse=True)
    columns, column = np.unique(coach, return_inverse=True)
    few = replace(free, coachees=free.coachees[rows], coaches=free.coaches[columns])
    some = Roster(
        coachees=tuple(roster.coachees[one] for one in rows.tolist()),
        coaches=tuple(roster.coaches[one] for one in columns.tolist()),
    )
    limits = session_limits(some, evaluator.inputs.cycle.sessions)
    pairs = row.astype(np.int32), column.astype(np.int32)
    history = evaluator.inputs.history
    if history is None:
        return schedulable(few, limits, *pairs)
    demand = history.demand(some, *pairs)
    return can_place_remaining(
        history.remaining_availability(some, few, limits), limits, *pairs, demand
    )
