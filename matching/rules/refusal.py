"""The `refusal` rule."""

from __future__ import annotations

from typing import ClassVar

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix


class RefusalRule(Rule):
    """Anyone may refuse to be matched with a person, without giving a reason.

    Only the programme manager can see that there was a refusal, and no one can see which of the two
    refused.
    """

    name = "refusal"
    hard = True
    examples: ClassVar = (
        Example("Neither refused the other.", MAX_POINTS, facts.NOT_REFUSED()),
        Example(
            "The coachee refused the coach.",
            FORBIDDEN,
            facts.REFUSED(),
            coachee={"refuses": ["k"]},
        ),
        Example(
            "The coach refused the coachee.",
            FORBIDDEN,
            facts.REFUSED(),
            coach={"refuses": ["c"]},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        row = {coachee.id: number for number, coachee in enumerate(coachees)}
        column = {coach.id: number for number, coach in enumerate(coaches)}
        pairs = {(row[c.id], column[k]) for c in coachees for k in c.refuses & column.keys()}
        pairs |= {(row[c], column[k.id]) for k in coaches for c in k.refuses & row.keys()}
        cells = ((*pair, FORBIDDEN) for pair in pairs)
        self._points = SparseMatrix(cells, len(coachees), len(coaches), default=MAX_POINTS)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        return self._points.at(coachee, coach)

    def reason(self, _coachee: Coachee, _coach: Coach, points: int) -> Fact:
        return facts.REFUSED() if points == FORBIDDEN else facts.NOT_REFUSED()
