"""The evaluated pairs of a run and the knowledge gained by its search, for later queries."""

from __future__ import annotations

from dataclasses import dataclass

from matching.rules.evaluation import RuleEvaluator
from matching.search.column_generation import PricingOracles


@dataclass(frozen=True, eq=False)
class EvaluatedProblem:
    """The rules and pairs of a run.

    Attributes:
        evaluator: evaluates the rules for the roster and policy of the run.
        oracles: the pairs that pass the rules, with all that is known about each coach's feasible
            sets.
    """

    evaluator: RuleEvaluator
    oracles: PricingOracles
