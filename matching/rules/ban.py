"""The rule `ban`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.people import Coach, Coachee
from matching.rules.marks import Marks
from matching.rules.rule import FORBIDDEN, FULL, Example, Facts, Indices, Points, Rule


class BanRule(Rule):
    """Pairs that the programme manager has ruled out in the cycle file are not matched."""

    name = "ban"
    hard = True
    settings = ("bans",)
    examples: ClassVar = (
        Example("The pair is not ruled out.", FULL, "not ruled out by the programme office"),
        Example(
            "The pair is ruled out.",
            FORBIDDEN,
            "ruled out by the programme office",
            policy={"bans": {"c": ["k"]}},
        ),
    )

    def __init__(self, facts: Facts) -> None:
        coachees, coaches = facts.roster.coachees, facts.roster.coaches
        column = {coach.id: number for number, coach in enumerate(coaches)}
        bans = facts.cycle.bans
        cells = [
            (row, column[coach], 1)
            for row, coachee in enumerate(coachees)
            for coach in bans.get(coachee.id, frozenset()) & column.keys()
        ]
        self._banned = Marks(cells, len(coachees), len(coaches))

    def judge(self, coachee: Indices, coach: Indices) -> Points:
        banned = self._banned.at(coachee, coach) != 0
        return np.where(banned, np.int16(FORBIDDEN), np.int16(FULL))

    def because(self, _coachee: Coachee, _coach: Coach, points: int) -> str:
        ruled_out = points == FORBIDDEN
        return (
            "ruled out by the programme office"
            if ruled_out
            else "not ruled out by the programme office"
        )
