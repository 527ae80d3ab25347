"""The `same-person` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs


class SamePersonRule(Rule):
    """Nobody coaches themselves.

    A coachee and a coach are the same person if their rows have the same `person`, or the same
    email address and the same name; case, accents and script do not matter. The same address alone
    is not enough. No policy can lift this rule. It is applied only in cycles in which somebody is
    both coachee and coach.
    """

    name = "same-person"
    hard = True
    examples: ClassVar = (
        Example(
            "Two people who share a mailbox.",
            MAX_POINTS,
            facts.TWO_PEOPLE(),
            coachee={"name": "Ana Petrović", "email": "office@example.org"},
            coach={"name": "Vera Kos", "email": "office@example.org"},
        ),
        Example(
            "The same address, and the same name in another script.",
            FORBIDDEN,
            facts.SAME_PERSON(),
            coachee={"name": "Ана Ђорђевић", "email": "ana@example.org"},
            coach={"name": "Ana Đorđević", "email": "Ana@example.org"},
        ),
        Example(
            "The same value of `person`.",
            FORBIDDEN,
            facts.SAME_PERSON(),
            coachee={"person": "P-7"},
            coach={"person": "P-7"},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        self._coachee = np.array(inputs.humans.coachees, dtype=np.int64)
        self._coach = np.array(inputs.humans.coaches, dtype=np.int64)

    @classmethod
    def applies(cls, inputs: RuleInputs) -> bool:
        return bool(inputs.humans.in_both_roles)

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        same = self._coachee[coachee] == self._coach[coach]
        return np.where(same, np.int16(FORBIDDEN), np.int16(MAX_POINTS))

    def reason(self, _coachee: Coachee, _coach: Coach, points: int) -> Fact:
        return facts.SAME_PERSON() if points == FORBIDDEN else facts.TWO_PEOPLE()
