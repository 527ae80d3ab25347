"""The rule `preference`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.people import Coach, Coachee
from matching.rules.rule import MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix

_POINTS_PER_PLACE = 10  # points lost for each place down the list
_MIN_POINTS = 10  # minimum for any coach on the list


class PreferenceRule(Rule):
    """Whether the coach is one the coachee would like, and how high on their list.

    100 points for the first coach on the coachee's list, 10 less for each further place, never
    less than 10; none for a coach who is not on it. A coachee who states no preference has 100
    with every coach.
    """

    name = "preference"
    hard = False
    examples: ClassVar = (
        Example(
            "The second choice.",
            90,
            "the coachee's choice number 2",
            coachee={"prefers": ["x", "k"]},
        ),
        Example(
            "Not on the list.", 0, "not among the coachee's choices", coachee={"prefers": ["x"]}
        ),
        Example("No preference.", MAX_POINTS, "the coachee states no preference"),
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
        wished = self._preferences.at(coachee, coach)
        return np.where(self._indifferent[coachee], np.int16(MAX_POINTS), wished)

    def because(self, coachee: Coachee, coach: Coach, points: int) -> str:
        if not coachee.prefers:
            return "the coachee states no preference"
        if not points:
            return "not among the coachee's choices"
        return f"the coachee's choice number {_places(coachee)[coach.id] + 1}"


def _places(coachee: Coachee) -> dict[str, int]:
    """Return each coach's first place on the coachee's list."""
    return {coach: place for place, coach in reversed(list(enumerate(coachee.prefers)))}
