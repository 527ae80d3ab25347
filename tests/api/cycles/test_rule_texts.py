"""The texts on the rules page match the rules' docstrings and examples."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest

from api.organisation import Organisation
from api.results import rule_facts, rule_situation_facts
from api.results.rule_card_json import rule_cards_json
from api.results.rules_markdown import rules_markdown
from api.texts.catalogues import renderer
from coach.cycle import Cycle, CycleDates
from coach.texts.renderer import english
from matching.rules.catalogue import RuleCard, catalogue
from tests.pseudo import LANGUAGE, unaccented

DATA = {"Leadership", "AL", "BA", "ME", "MK", "RS", "HR", "XK", "SE"}
CARDS = catalogue(Cycle(cycle=CycleDates(start=date(2027, 1, 18), end=date(2027, 7, 16))))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_the_texts_of_a_rule_are_its_docstring_and_its_examples(card: RuleCard) -> None:
    assert tuple(map(english, rule_facts.TEXTS[card.name])) == card.text
    situations = tuple(example.situation for example in card.examples)
    assert tuple(map(english, rule_situation_facts.SITUATIONS[card.name])) == situations


def test_no_other_rule_has_texts() -> None:
    names = {card.name for card in CARDS}
    assert rule_facts.TEXTS.keys() == rule_situation_facts.SITUATIONS.keys() == names


def test_the_reference_page_is_generated_from_the_rules() -> None:
    page = (Path(__file__).parents[3] / "docs" / "reference" / "rules.md").read_text()
    assert page == rules_markdown(CARDS, renderer(Organisation(), "en")), (
        "regenerate it: gender-coach rules --markdown > docs/reference/rules.md"
    )


def test_all_texts_of_the_markdown_and_of_the_json_come_from_the_catalogues() -> None:
    pseudo = renderer(Organisation(), LANGUAGE)
    page = re.sub(r"`[^`]*`.*", "", rules_markdown(CARDS, pseudo))  # names and values of settings
    assert unaccented(page, DATA) == []
    for card in rule_cards_json(CARDS, pseudo):
        for text in (*card.text, *(one.situation for one in card.examples)):
            assert unaccented(re.sub(r"`[^`]*`", "", text)) == []
