"""The `country` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.cycle import CountryRelation
from coach.people import Coach, Coachee
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs


class CountryRule(Rule):
    """Coachee and coach come from the same or different countries/territories, as required.

    `same` and `different` are conditions. `prefer-same` and `prefer-different` give 100 points if
    the preference is met and 0 if it is not; with the other relations, every allowed pair gets 100
    points. If the cycle file excludes a pair of countries/territories, people from the two are
    never matched, whichever of them is the coach.
    """

    name = "country"
    hard = True
    settings = ("rules.country.relation", "rules.country.excluded")
    examples: ClassVar = (
        Example(
            "Any two countries will do.",
            MAX_POINTS,
            "AL and ME; this cycle has no preference",
            coachee={"country": "AL"},
            coach={"country": "ME"},
        ),
        Example(
            "The cycle prefers pairs across a border.",
            0,
            "both MK; this cycle prefers different countries/territories",
            coachee={"country": "MK"},
            coach={"country": "MK"},
            policy={"rules": {"country": {"relation": CountryRelation.PREFER_DIFFERENT}}},
        ),
        Example(
            "The cycle allows only pairs across a border.",
            FORBIDDEN,
            "both MK; this cycle needs different countries/territories",
            coachee={"country": "MK"},
            coach={"country": "MK"},
            policy={"rules": {"country": {"relation": CountryRelation.DIFFERENT}}},
        ),
        Example(
            "The pair of countries is excluded.",
            FORBIDDEN,
            "AL and ME, a pair that this cycle excludes",
            coachee={"country": "ME"},
            coach={"country": "AL"},
            policy={"rules": {"country": {"excluded": [["AL", "ME"]]}}},
        ),
    )

    def __init__(self, inputs: RuleInputs) -> None:
        policy = inputs.cycle.rules.country
        self._relation = policy.relation
        self._excluded = policy.excluded
        coachees, coaches = inputs.roster.coachees, inputs.roster.coaches
        codes = sorted({person.country for person in (*coachees, *coaches)})
        number = {code: n for n, code in enumerate(codes)}
        self._table = np.array(
            [[self._points(a, b) for b in codes] for a in codes], dtype=np.int16
        ).reshape(len(codes), len(codes))
        self._coachee = np.array([number[p.country] for p in coachees], dtype=np.int64)
        self._coach = np.array([number[p.country] for p in coaches], dtype=np.int64)

    def _points(self, coachee: str, coach: str) -> int:
        if frozenset((coachee, coach)) in self._excluded:
            return FORBIDDEN
        same = coachee == coach
        match self._relation:
            case CountryRelation.SAME:
                return MAX_POINTS if same else FORBIDDEN
            case CountryRelation.DIFFERENT:
                return FORBIDDEN if same else MAX_POINTS
            case CountryRelation.PREFER_SAME:
                return MAX_POINTS if same else 0
            case CountryRelation.PREFER_DIFFERENT:
                return 0 if same else MAX_POINTS
            case CountryRelation.ANY:
                return MAX_POINTS

    def evaluate(self, coachee: Indices, coach: Indices) -> Points:
        return self._table[self._coachee[coachee], self._coach[coach]]

    def because(self, coachee: Coachee, coach: Coach, points: int) -> str:
        same = coachee.country == coach.country
        first, second = sorted((coachee.country, coach.country))
        countries = f"both {first}" if same else f"{first} and {second}"
        if points == FORBIDDEN and frozenset((first, second)) in self._excluded:
            return f"{countries}, a pair that this cycle excludes"
        wish = {
            CountryRelation.ANY: "has no preference",
            CountryRelation.SAME: "needs the same country/territory",
            CountryRelation.DIFFERENT: "needs different countries/territories",
            CountryRelation.PREFER_SAME: "prefers the same country/territory",
            CountryRelation.PREFER_DIFFERENT: "prefers different countries/territories",
        }[self._relation]
        return f"{countries}; this cycle {wish}"
