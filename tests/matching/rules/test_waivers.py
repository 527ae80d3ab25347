from __future__ import annotations

import pytest

from coach.cycle import CountryRelation, Cycle
from coach.people import RankSensitivity
from coach.ranks import parse_code
from coach.texts.renderer import english
from coach.waivers import WaivableRule, Waiver
from matching.auditor import audit
from matching.rules import FORBIDDEN
from matching.rules.country import CountryRule
from matching.rules.evaluation import RuleEvaluator
from matching.rules.rank import RankRule
from matching.rules.waived import WaivedRule
from tests.matching.comparison import solved
from tests.matching.rules.single_pair import pair_inputs

STRICT = {"rank": parse_code("OF-5"), "rank_sensitivity": RankSensitivity.STRICT}
JUNIOR = {"rank": parse_code("OF-3")}
WHY = "agreed with the chief of staff"
DIFFERENT = {"country": {"relation": CountryRelation.DIFFERENT}}


def waiver(rule: WaivableRule, coachee: str = "c", coach: str = "k") -> Waiver:
    return Waiver(coachee=coachee, coach=coach, rule=rule, reason=WHY)


def evaluator(*waivers: Waiver) -> RuleEvaluator:
    policy = {"rules": DIFFERENT, "waivers": waivers}
    return RuleEvaluator(pair_inputs(STRICT, JUNIOR, policy))


def points(of: RuleEvaluator) -> dict[str, int]:
    return {rule.name: of.rule_points(rule, 0, 0) for rule in of.rules}


def test_waiver_lifts_its_rule_for_its_pair_alone() -> None:
    assert points(evaluator())["rank"] == points(evaluator())["country"] == FORBIDDEN
    of_rank = points(evaluator(waiver(WaivableRule.RANK)))
    assert (of_rank["rank"], of_rank["country"]) == (0, FORBIDDEN)
    other = points(evaluator(waiver(WaivableRule.RANK, coach="another")))
    assert other["rank"] == FORBIDDEN


def test_verdict_of_a_waived_pair_is_marked_and_gives_both_reasons() -> None:
    both = evaluator(waiver(WaivableRule.RANK), waiver(WaivableRule.COUNTRY))
    assert both.objections(0, 0) == {}
    verdicts = {verdict.rule: verdict for verdict in both.verdicts(0, 0)}
    assert {rule for rule, verdict in verdicts.items() if verdict.waived} == {"rank", "country"}
    told = english(verdicts["rank"].reason)
    assert told.startswith(f"waived ({WHY})")
    assert "2 grades junior" in told
    assert verdicts["rank"].model_dump(mode="json")["waived"] is True
    assert "waived" not in verdicts["topics"].model_dump(mode="json")


def test_pair_without_a_waiver_is_forbidden_with_the_reason_of_the_rule() -> None:
    of_another = evaluator(waiver(WaivableRule.RANK, coach="another"))
    assert of_another.objections(0, 0) == evaluator().objections(0, 0)


def test_rule_without_waivers_is_not_wrapped() -> None:
    inputs = pair_inputs(STRICT, JUNIOR, {"waivers": (waiver(WaivableRule.RANK),)})
    rank, country = RankRule(inputs), CountryRule(inputs)
    assert isinstance(WaivedRule.prepared(rank, inputs), WaivedRule)
    assert WaivedRule.prepared(country, inputs) is country


def test_waiver_of_a_pair_that_the_rule_allows_has_no_effect() -> None:
    allowed = pair_inputs({}, {}, {"waivers": (waiver(WaivableRule.RANK),)})
    plain = pair_inputs({}, {}, {})
    assert RuleEvaluator(allowed).verdicts(0, 0) == RuleEvaluator(plain).verdicts(0, 0)


@pytest.mark.parametrize("change", [{"waived": False}, {"points": 100}])
def test_auditor_finds_a_waived_pair_that_is_not_shown_as_waived(
    change: dict[str, object],
) -> None:
    inputs = evaluator(waiver(WaivableRule.RANK), waiver(WaivableRule.COUNTRY)).inputs
    result = solved(inputs.roster, inputs.cycle)
    assert audit(inputs.roster, inputs.cycle, result) == ()
    (match,) = result.matches
    verdicts = tuple(
        verdict.model_copy(update=change) if verdict.rule == "rank" else verdict
        for verdict in match.verdicts
    )
    wrong = match.model_copy(update={"verdicts": verdicts})
    hidden = result.model_copy(update={"matches": (wrong,)})
    assert audit(inputs.roster, inputs.cycle, hidden)


def test_auditor_finds_a_forbidden_pair_without_its_waiver() -> None:
    inputs = evaluator(waiver(WaivableRule.RANK), waiver(WaivableRule.COUNTRY)).inputs
    result = solved(inputs.roster, inputs.cycle)
    without = Cycle.model_validate(inputs.cycle.model_dump() | {"waivers": ()})
    findings = " ".join(map(str, audit(inputs.roster, without, result)))
    assert "rank" in findings
