"""The texts of the page about the rules are equal to the rules' docstrings and examples."""

from __future__ import annotations

from datetime import date

import pytest

from api.cycles import rule_facts, rule_situation_facts
from coach.cycle import Cycle, CycleDates
from coach.texts.renderer import english
from matching.rules.catalogue import RuleCard, catalogue

CARDS = catalogue(Cycle(cycle=CycleDates(start=date(2027, 1, 18), end=date(2027, 7, 16))))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_the_texts_of_a_rule_are_its_docstring_and_its_examples(card: RuleCard) -> None:
    assert tuple(map(english, rule_facts.TEXTS[card.name])) == card.text
    situations = tuple(example.situation for example in card.examples)
    assert tuple(map(english, rule_situation_facts.SITUATIONS[card.name])) == situations


def test_no_other_rule_has_texts() -> None:
    names = {card.name for card in CARDS}
    assert rule_facts.TEXTS.keys() == rule_situation_facts.SITUATIONS.keys() == names
