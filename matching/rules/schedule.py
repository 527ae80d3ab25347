"""The check after all hard rules, listed like a rule: whether a pair can place its sessions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from coach.people import Roster
from matching.instance.series_feasibility import can_place_remaining, schedulable
from matching.instance.series_limits import session_limits
from matching.rules.rule import RuleInputs

SCHEDULE = "schedule"
"""The name of this check in funnels and objections."""


def can_meet(
    inputs: RuleInputs,
    coachee: NDArray[np.int32],
    coach: NDArray[np.int32],
    *,
    on_block: Callable[[], object] = lambda: None,
) -> NDArray[np.bool_]:
    """Return `bool[p]`: whether each pair can place all its (remaining) sessions in isolation.

    Only the availability of the people in these pairs is read, regardless of the size of the
    roster. `on_block` is called between blocks of pairs and may raise an exception to stop.
    """
    roster, free = inputs.roster, inputs.availability_grid
    rows, row = np.unique(coachee, return_inverse=True)
    columns, column = np.unique(coach, return_inverse=True)
    few = replace(free, coachees=free.coachees[rows], coaches=free.coaches[columns])
    some = Roster(
        coachees=tuple(roster.coachees[one] for one in rows.tolist()),
        coaches=tuple(roster.coaches[one] for one in columns.tolist()),
    )
    limits = session_limits(some, inputs.cycle.sessions)
    pairs = row.astype(np.int32), column.astype(np.int32)
    history = inputs.history
    if history is None:
        return schedulable(few, limits, *pairs, on_block=on_block)
    demand = history.demand(some, *pairs)
    return can_place_remaining(
        history.remaining_availability(some, few, limits),
        limits,
        *pairs,
        demand,
        on_block=on_block,
    )
