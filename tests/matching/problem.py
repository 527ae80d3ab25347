"""The matching problem of a roster and a policy, built as the engine builds it."""

from __future__ import annotations

from coach.cycle import Cycle
from coach.people import Roster
from matching.instance.availability_grid import build_availability_grid
from matching.instance.problem import MatchingProblem, build_problem
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator


def problem_of(roster: Roster, cycle: Cycle) -> MatchingProblem:
    """Return the matching problem of a cycle without an earlier result."""
    free = build_availability_grid(roster, cycle)
    pairs = RuleEvaluator(RuleInputs(roster, cycle, free)).table()
    return build_problem(roster, cycle, free, pairs)
