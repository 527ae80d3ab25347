"""The `country` rule."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from coach.cycle import CountryRelation
from coach.people import Coach, Coachee
from coach.texts.facts import Fact
from matching.facts import rules as facts
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Indices, Points, Rule, RuleInputs


class CountryRule(Rule):
    """The coachee and the coach are from the same or different countries/territories, as required.

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
            facts.COUNTRY_RELATIONS["any"](countries=facts.TWO_COUNTRIES(first="AL", second="ME")),
            coachee={"country": "AL"},
            coach={"country": "ME"},
        ),
        Example(
            "The cycle prefers cross-border pairs.",
            0,
            facts.COUNTRY_RELATIONS["prefer-different"](countries=facts.BOTH_COUNTRY(country="MK")),
            coachee={"country": "MK"},
            coach={"country": "MK"},
            policy={"rules": {"country": {"relation": CountryRelation.PREFER_DIFFERENT}}},
        ),
        Example(
            "The cycle allows only cross-border pairs.",
            FORBIDDEN,
            facts.COUNTRY_RELATIONS["different"](countries=facts.BOTH_COUNTRY(country="MK")),
            coachee={"country": "MK"},
            coach={"country": "MK"},
            policy={"rules": {"country": {"relation": CountryRelation.DIFFERENT}}},
        ),
        Example(
            "The pair of countries is excluded.",
            FORBIDDEN,
            facts.COUNTRY_EXCLUDED(countries=facts.TWO_COUNTRIES(first="AL", second="ME")),
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

    def reason(self, coachee: Coachee, coach: Coach, points: int) -> Fact:
        first, second = sorted((coachee.country, coach.country))
        countries = (
            facts.BOTH_COUNTRY(country=first)
            if first == second
            else facts.TWO_COUNTRIES(first=first, second=second)
        )
        if points == FORBIDDEN and frozenset((first, second)) in self._excluded:
            return facts.COUNTRY_EXCLUDED(countries=countries)
        return facts.COUNTRY_RELATIONS[self._relation.value](countries=countries)
