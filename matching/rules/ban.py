"""The `ban` rule."""

from __future__ import annotations

from typing import ClassVar

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix


class BanRule(Rule):
    """Pairs that the programme manager has ruled out in the cycle file are never matched."""

    name = "ban"
    hard = True
    settings = ("bans",)
    examples: ClassVar = (
        Example("The pair is not ruled out.", MAX_POINTS, facts.NOT_BANNED()),
        Example(
            "The pair is ruled out.",
            FORBIDDEN,
            facts.BANNED(),
            policy={"bans": {"c": ["k"]}},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        column = {coach.id: number for number, coach in enumerate(coaches)}
        bans = inputs.cycle.bans
        cells = [
            (row, column[coach], FORBIDDEN)
            for row, coachee in enumerate(coachees)
            for coach in bans.get(coachee.id, frozenset()) & column.keys()
        ]
        self._points = SparseMatrix(cells, len(coachees), len(coaches), default=MAX_POINTS)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        return self._points.at(coachee, coach)

    def reason(self, _coachee: Coachee, _coach: Coach, points: int) -> Fact:
        return facts.BANNED() if points == FORBIDDEN else facts.NOT_BANNED()
