"""The `preference` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix

_POINTS_PER_PLACE = 10  # deducted for each position after the first
_MIN_POINTS = 10  # minimum for any coach on the list


class PreferenceRule(Rule):
    """The higher a coach is on the coachee's list of preferences, the more points the coach gets.

    The first coach on the coachee's list gets 100 points and each further one 10 fewer, but at
    least 10. A coach who is not on the list gets 0. If the coachee has not stated a
    preference, every coach gets 100.
    """

    name = "preference"
    hard = False
    examples: ClassVar = (
        Example(
            "The second choice.",
            90,
            facts.CHOICE(place=2),
            coachee={"prefers": ["x", "k"]},
        ),
        Example("Not on the list.", 0, facts.NOT_CHOSEN(), coachee={"prefers": ["x"]}),
        Example("No preference.", MAX_POINTS, facts.NO_PREFERENCE()),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        column = {coach.id: number for number, coach in enumerate(coaches)}
        cells = [
            (row, column[coach], max(MAX_POINTS - _POINTS_PER_PLACE * place, _MIN_POINTS))
            for row, coachee in enumerate(coachees)
            for coach, place in _places(coachee).items()
            if coach in column
        ]
        self._preferences = SparseMatrix(cells, len(coachees), len(coaches))
        self._indifferent = np.array([not coachee.prefers for coachee in coachees], dtype=np.bool_)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        points = self._preferences.at(coachee, coach)
        return np.where(self._indifferent[coachee], np.int16(MAX_POINTS), points)

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        if not coachee.prefers:
            return facts.NO_PREFERENCE()
        if not points:
            return facts.NOT_CHOSEN()
        return facts.CHOICE(place=_places(coachee)[coach.id] + 1)


def _places(coachee: Coachee) -> dict[str, int]:
    """Return each coach's first position on the coachee's list."""
    return {coach: place for place, coach in reversed(list(enumerate(coachee.prefers)))}
