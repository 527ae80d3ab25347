"""The `repeat` rule."""

from __future__ import annotations

from typing import ClassVar

from coach.people import Coach, Coachee
from coach.repeat import EarlierPairs
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix

_FORBID: dict[str, object] = {"rules": {"repeat": {"earlier": "forbid"}}}


class RepeatRule(Rule):
    """Two people who were a pair in an earlier cycle can be prevented from becoming a pair again.

    With `forbid`, such pairs are never matched. With `avoid`, they are allowed, but the level
    `repeat` keeps their number as low as possible, and those that are chosen are marked. People are
    recognised across cycles by `person`, or by email address and name. The rule is applied only if
    results of earlier cycles are provided and contain one of this cycle's pairs.
    """

    name = "repeat"
    hard = True
    settings = ("rules.repeat.earlier",)
    examples: ClassVar = (
        Example(
            "The two were a pair in an earlier cycle, and the cycle forbids such pairs.",
            FORBIDDEN,
            facts.PAIR_OF_EARLIER_CYCLE(),
            policy=_FORBID,
            earlier=True,
        ),
        Example(
            "The two were a pair in an earlier cycle, and the cycle avoids such pairs.",
            MAX_POINTS,
            facts.EARLIER_PAIR_ALLOWED(),
            policy={"rules": {"repeat": {"earlier": "avoid"}}},
            earlier=True,
        ),
        Example(
            "The two have not been a pair before.",
            MAX_POINTS,
            facts.NO_EARLIER_PAIR(),
            policy=_FORBID,
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        roster = inputs.roster
        row = {coachee.id: number for number, coachee in enumerate(roster.coachees)}
        column = {coach.id: number for number, coach in enumerate(roster.coaches)}
        pairs = roster.earlier_pairs or ()
        self._cycles = dict(zip(pairs, roster.earlier_cycles or ((),) * len(pairs), strict=True))
        forbids = inputs.cycle.rules.repeat.earlier is EarlierPairs.FORBID
        cells = [
            (row[coachee], column[coach], FORBIDDEN)
            for coachee, coach in self._cycles
            if forbids and coachee in row and coach in column
        ]
        self._points = SparseMatrix(cells, len(row), len(column), default=MAX_POINTS)

    @classmethod
    def applies(cls, inputs: RuleInputs) -> bool:
        forbids = inputs.cycle.rules.repeat.earlier is EarlierPairs.FORBID
        return forbids and bool(inputs.roster.earlier_pairs)

    @classmethod
    def marks(cls, inputs: RuleInputs) -> bool:
        """Return whether chosen pairs from earlier cycles are marked, because they are avoided."""
        avoids = inputs.cycle.rules.repeat.earlier is EarlierPairs.AVOID
        return avoids and bool(inputs.roster.earlier_pairs)

    def is_repeated(self, coachee: Coachee, coach: Coach) -> bool:
        """Return whether the coachee and the coach were a pair in an earlier cycle."""
        return (coachee.id, coach.id) in self._cycles

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        return self._points.at(coachee, coach)

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        if points == FORBIDDEN:
            return facts.PAIR_OF_EARLIER_CYCLE()
        if not self.is_repeated(coachee, coach):
            return facts.NO_EARLIER_PAIR()
        cycles = self._cycles[coachee.id, coach.id]
        return facts.EARLIER_PAIR_OF(cycles=cycles) if cycles else facts.EARLIER_PAIR_ALLOWED()
