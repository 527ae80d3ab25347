"""The rule `unit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import ClassVar

import numpy as np

from coach.people import Coach, Coachee
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs
from matching.rules.sparse_matrix import SparseMatrix


class UnitRule(Rule):
    """Nobody is coached by a person of their own unit or chain of command.

    Units are compared by name, ignoring case and surrounding spaces. A coach's chain of command is
    what the coaches' file lists: ids of people and names of units in whose chain of command the
    coach is or was in the last 24 months. No policy can lift this rule.
    """

    name = "unit"
    hard = True
    examples: ClassVar = (
        Example(
            "Different units.",
            MAX_POINTS,
            "neither the same unit nor the chain of command",
            coachee={"unit": "1st Brigade"},
            coach={"unit": "Training Command"},
        ),
        Example(
            "The same unit, written in two ways.",
            FORBIDDEN,
            "the same unit",
            coachee={"unit": "1st Brigade"},
            coach={"unit": " 1ST BRIGADE "},
        ),
        Example("No unit is stated.", MAX_POINTS, "neither the same unit nor the chain of command"),
        Example(
            "The coach was the coachee's superior.",
            FORBIDDEN,
            "in the coach's chain of command, now or in the last 24 months",
            coach={"chain_of_command": ["c"]},
        ),
        Example(
            "The coachee's whole unit is in the coach's chain.",
            FORBIDDEN,
            "in the coach's chain of command, now or in the last 24 months",
            coachee={"unit": "1st Brigade"},
            coach={"chain_of_command": ["1st brigade"]},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        keys = sorted({person.unit_key for person in (*coachees, *coaches)} - {""})
        self._number = {"": 0} | {key: n for n, key in enumerate(keys, start=1)}
        self._coachee = np.array([self._number[c.unit_key] for c in coachees], dtype=np.int64)
        self._coach = np.array([self._number[c.unit_key] for c in coaches], dtype=np.int64)
        rows = {_id_key(coachee): row for row, coachee in enumerate(coachees)}
        self._people = SparseMatrix(_cells(coaches, rows), len(coachees), len(coaches))
        self._units = SparseMatrix(_cells(coaches, self._number), len(self._number), len(coaches))

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        unit = self._coachee[coachee]
        forbidden = (unit == self._coach[coach]) & (unit != self._number[""])
        forbidden |= self._units.at(unit, coach) != 0
        forbidden |= self._people.at(coachee, coach) != 0
        return np.where(forbidden, np.int16(FORBIDDEN), np.int16(MAX_POINTS))

    def because(self, coachee: Coachee, coach: Coach, points: int) -> str:
        if points != FORBIDDEN:
            return "neither the same unit nor the chain of command"
        if coachee.unit_key and coachee.unit_key == coach.unit_key:
            return "the same unit"
        return "in the coach's chain of command, now or in the last 24 months"


def _id_key(coachee: Coachee) -> str:
    return coachee.id.strip().casefold()


def _cells(coaches: tuple[Coach, ...], rows: dict[str, int]) -> Iterator[tuple[int, int, int]]:
    """Return the rows named in each coach's chain of command."""
    for column, coach in enumerate(coaches):
        for key in coach.chain_keys - {""}:
            if key in rows:
                yield rows[key], column, 1
