"""The `unit` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix


class UnitRule(Rule):
    """A coachee is never coached by someone from their own unit or chain of command.

    Units are compared by name, ignoring case and surrounding spaces. For each coach, the coaches'
    file lists the people (by ID) and units (by name) whose chain of command includes the coach, now
    or in the last 24 months. No policy can lift this rule.
    """

    name = "unit"
    hard = True
    examples: ClassVar = (
        Example(
            "Different units.",
            MAX_POINTS,
            facts.OTHER_UNIT(),
            coachee={"unit": "1st Brigade"},
            coach={"unit": "Training Command"},
        ),
        Example(
            "The same unit, with different case and spacing.",
            FORBIDDEN,
            facts.SAME_UNIT(),
            coachee={"unit": "1st Brigade"},
            coach={"unit": " 1ST BRIGADE "},
        ),
        Example("No unit is stated.", MAX_POINTS, facts.OTHER_UNIT()),
        Example(
            "The coach was the coachee's superior.",
            FORBIDDEN,
            facts.IN_CHAIN(),
            coach={"chain_of_command": ["c"]},
        ),
        Example(
            "The coachee's unit is in the coach's chain of command.",
            FORBIDDEN,
            facts.IN_CHAIN(),
            coachee={"unit": "1st Brigade"},
            coach={"chain_of_command": ["1st brigade"]},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        ids = [coachee.id.strip().casefold() for coachee in coachees]
        units = [person.unit_key for person in (*coachees, *coaches)]
        self._number = {key: number for number, key in enumerate(sorted({"", *ids, *units}))}
        self._id = self._numbers(ids)
        self._coachee_unit = self._numbers(units[: len(coachees)])
        self._coach_unit = self._numbers(units[len(coachees) :])
        cells = [
            (self._number[key], column, FORBIDDEN)
            for column, coach in enumerate(coaches)
            for key in coach.chain_keys & self._number.keys() - {""}
        ]
        self._chain = SparseMatrix(cells, len(self._number), len(coaches), default=MAX_POINTS)

    def _numbers(self, keys: list[str]) -> NDArray[np.int64]:
        return np.array([self._number[key] for key in keys], dtype=np.int64)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        unit = self._coachee_unit[coachee]
        same = (unit == self._coach_unit[coach]) & (unit != self._number[""])
        by_chain = np.minimum(self._chain.at(unit, coach), self._chain.at(self._id[coachee], coach))
        return np.where(same, np.int16(FORBIDDEN), by_chain)

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        if points != FORBIDDEN:
            return facts.OTHER_UNIT()
        if coachee.unit_key == coach.unit_key != "":
            return facts.SAME_UNIT()
        return facts.IN_CHAIN()
