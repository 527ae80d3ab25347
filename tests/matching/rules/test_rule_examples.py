from __future__ import annotations

import re
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from coach.cycle import Cycle
from coach.texts.facts import MESSAGES
from coach.texts.renderer import english
from matching.facts.rules import COMMON_LANGUAGE
from matching.rules import FORBIDDEN, HARD_RULES, RULES, Example, Rule, RuleInputs
from matching.rules.catalogue import catalogue
from matching.rules.evaluation import RuleEvaluator
from tests.matching.rules.single_pair import DATES, pair_inputs

EXAMPLES = [(rule, example) for rule in RULES for example in rule.examples]


def inputs(example: Example) -> RuleInputs:
    return pair_inputs(example.coachee, example.coach, example.policy, earlier=example.earlier)


@pytest.mark.parametrize(
    ("rule", "example"), EXAMPLES, ids=[f"{r.name}: {e.situation}" for r, e in EXAMPLES]
)
def test_rule_gives_the_points_and_phrase_of_its_example(
    rule: type[Rule], example: Example
) -> None:
    evaluator = RuleEvaluator(inputs(example))
    judging = rule(evaluator.inputs)
    assert evaluator.rule_points(judging, 0, 0) == example.points
    assert evaluator.explain_rule(judging, 0, 0) == example.reason


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_hard_rule_has_examples_of_a_forbidden_and_an_allowed_pair(rule: type[Rule]) -> None:
    forbids = [example.points == FORBIDDEN for example in rule.examples]
    assert any(forbids) == rule.hard
    assert not all(forbids)


def test_rules_are_in_documented_order_and_name_existing_settings() -> None:
    assert [rule.name for rule in RULES] == [
        "language", "country", "rank", "unit", "same-person", "refusal", "ban", "repeat",
        "topics", "preference", "availability",
    ]  # fmt: skip
    assert RULES[:8] == HARD_RULES
    for card in catalogue(Cycle.model_validate(DATES)):
        assert card.text[0].endswith(".")
        assert all(setting.value != "" for setting in card.settings)


def test_every_weight_of_the_cycle_file_belongs_to_a_rule() -> None:
    weighted_rules = Cycle.model_validate(DATES).weights.model_dump().keys()
    assert weighted_rules <= {rule.name for rule in RULES}


def test_no_phrase_names_serbo_croatian() -> None:
    assert not any("Serbo" in english(example.reason) for _, example in EXAMPLES)
    names = [
        english(COMMON_LANGUAGE(language=code)).removeprefix("both speak ")
        for code in ("cnr", "sh", "hbs", "sq")
    ]
    assert names == ["Montenegrin", "sh", "hbs", "Albanian"]


def test_rule_of_the_documentation_passes_its_examples(monkeypatch: pytest.MonkeyPatch) -> None:
    """The test also passes for readers who have already added the rule."""
    text = (Path(__file__).parents[3] / "docs" / "add-a-rule.md").read_text()
    source = text.split("```python\n")[1].split("```")[0]
    for code in re.findall(r'message\("([a-z.]+)"', source):
        monkeypatch.delitem(MESSAGES, code, raising=False)
    module = ModuleType("service")
    exec(compile(source, "docs/add-a-rule.md", "exec"), module.__dict__)  # noqa: S102 our own text
    shown: type[Rule] = module.ServiceRule
    for example in shown.examples:
        given = inputs(example)
        rule = shown(given)
        points = int(rule.evaluate(np.array([[0]]), np.array([[0]]))[0, 0])
        people = given.roster.coachees[0], given.roster.coaches[0]
        assert (points, rule.reason(*people, points)) == (example.points, example.reason)
