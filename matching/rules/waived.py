"""A rule with waivers, which allow pairs that the rule would otherwise forbid."""

from __future__ import annotations

import numpy as np

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts.rules import WAIVED
from matching.rules.rule import FORBIDDEN, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix


class WaivedRule(Rule):
    """A wrapper for another rule that does not forbid the pairs for which the rule is waived.

    Such a pair gets 0 points. A waiver for a pair that the rule allows has no effect.
    """

    def __init__(self, rule: Rule, inputs: RuleInputs) -> None:  # wraps a rule
        self._rule = rule
        self.name = rule.name  # type: ignore[misc] # that of the rule
        self.hard = rule.hard  # type: ignore[misc] # that of the rule
        roster = inputs.roster
        self._row = {coachee.id: row for row, coachee in enumerate(roster.coachees)}
        self._column = {coach.id: column for column, coach in enumerate(roster.coaches)}
        self._reasons = {
            (waiver.coachee, waiver.coach): waiver.reason
            for waiver in inputs.cycle.waivers
            if waiver.rule == rule.name
            and waiver.coachee in self._row
            and waiver.coach in self._column
        }
        cells = [(self._row[one], self._column[other], 1) for one, other in self._reasons]
        self._waived = SparseMatrix(cells, len(roster.coachees), len(roster.coaches))

    @classmethod
    def prepared(cls, rule: Rule, inputs: RuleInputs) -> Rule:
        """Return the rule, wrapped if the policy contains waivers for it."""
        waived = any(waiver.rule == rule.name for waiver in inputs.cycle.waivers)
        return cls(rule, inputs) if waived else rule

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        points = self._rule.evaluate(coachee, coach)
        waived = (points == FORBIDDEN) & (self._waived.at(coachee, coach) == 1)
        return np.where(waived, np.int16(0), points)

    def is_waived(self, coachee: Coachee, coach: Coach) -> bool:
        if (coachee.id, coach.id) not in self._reasons:
            return False
        pair = np.array([[self._row[coachee.id]]]), np.array([[self._column[coach.id]]])
        return int(self._rule.evaluate(*pair)[0, 0]) == FORBIDDEN

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        if not self.is_waived(coachee, coach):
            return self._rule.reason(coachee, coach, points)
        against = self._rule.reason(coachee, coach, FORBIDDEN)
        return WAIVED(reason=against, waiver=self._reasons[coachee.id, coach.id])
