"""Checks whether given coachees can all be placed after a change."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from matching.deadline import Deadline
from matching.errors import ImpossiblePinsError
from matching.instance.problem import build_problem
from matching.instance.roster_rows import row_by_id
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import PricingOracles
from matching.search.pins import pinned_choice
from matching.search.search_state import SearchState


def can_place_all(
    inputs: RuleInputs, coachees: Collection[str], *, seed: int, deadline: Deadline
) -> bool:
    """Return whether a feasible plan exists that places all of `coachees`.

    Raises:
        DeadlineExceededError: the time limit passed before an answer was found.
        CancelledError: the run was cancelled.
    """
    roster, evaluator = inputs.roster, RuleEvaluator(inputs)
    problem = build_problem(
        roster, inputs.cycle, inputs.availability_grid, evaluator.table(), history=inputs.history
    )
    oracles = PricingOracles(problem, seed)
    try:
        pinned_choice(evaluator, oracles, deadline)
    except ImpossiblePinsError:
        return False
    row = row_by_id(roster.coachees)
    must_place = np.zeros(len(roster.coachees), dtype=np.bool_)
    must_place[[row[coachee] for coachee in coachees]] = True
    state = SearchState(oracles, deadline, lambda _level, _value, _bound: None, must_place)
    return state.find_feasible_choice(state.allowed) is not None
