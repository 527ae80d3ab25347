"""The `country` rule: points of each relation, for people from the same and different countries."""

from __future__ import annotations

import numpy as np
import pytest

from coach.cycle import CountryRelation
from coach.texts.renderer import english
from matching.rules import FORBIDDEN
from matching.rules.country import CountryRule
from matching.rules.rule import MAX_POINTS
from tests.matching.rules.single_pair import pair_inputs

_EXPECTED = {
    # relation: points for the same country, for different ones, and the end of the reason
    CountryRelation.ANY: (MAX_POINTS, MAX_POINTS, "has no preference"),
    CountryRelation.SAME: (MAX_POINTS, FORBIDDEN, "requires the same country/territory"),
    CountryRelation.DIFFERENT: (FORBIDDEN, MAX_POINTS, "requires different countries/territories"),
    CountryRelation.PREFER_SAME: (MAX_POINTS, 0, "prefers the same country/territory"),
    CountryRelation.PREFER_DIFFERENT: (0, MAX_POINTS, "prefers different countries/territories"),
}


def points_and_phrase(coachee: str, coach: str, **settings: object) -> tuple[int, str]:
    inputs = pair_inputs({"country": coachee}, {"country": coach}, {"rules": {"country": settings}})
    rule = CountryRule(inputs)
    points = int(rule.evaluate(np.array([[0]]), np.array([[0]]))[0, 0])
    reason = rule.reason(inputs.roster.coachees[0], inputs.roster.coaches[0], points)
    return points, english(reason)


@pytest.mark.parametrize("relation", CountryRelation)
def test_each_relation_gives_its_points_to_one_country_and_to_two(
    relation: CountryRelation,
) -> None:
    same, different, wish = _EXPECTED[relation]
    assert points_and_phrase("MK", "MK", relation=relation) == (
        same,
        f"both from MK; this cycle {wish}",
    )
    for pair in (("AL", "ME"), ("ME", "AL")):
        assert points_and_phrase(*pair, relation=relation) == (
            different,
            f"AL and ME; this cycle {wish}",
        )


@pytest.mark.parametrize("relation", CountryRelation)
def test_an_excluded_pair_of_countries_is_forbidden_under_every_relation(
    relation: CountryRelation,
) -> None:
    for pair in (("AL", "ME"), ("ME", "AL")):
        found = points_and_phrase(*pair, relation=relation, excluded=[["AL", "ME"]])
        assert found == (FORBIDDEN, "AL and ME; this cycle excludes this combination")
