"""The catalogue of rules: settings, and immutable cards."""

from __future__ import annotations

from inspect import getdoc

import pytest
from pydantic import ValidationError

from coach.cycle import Cycle
from matching.rules.catalogue import RuleCard, SettingCard, catalogue
from matching.rules.topics import TopicsRule
from tests.matching.rules.single_pair import DATES


def test_settings_with_people_and_groups_are_sorted_lists() -> None:
    rules = {
        "language": {"groups": [["sr", "bs"], ["sq", "mk"]]},
        "country": {"excluded": [["XK", "RS"]]},
    }
    bans = {"C-2": ["K-9", "K-1"], "C-1": ["K-3"]}
    cycle = Cycle.model_validate({**DATES, "rules": rules, "bans": bans}, strict=False)
    values = {one.key: one.value for card in catalogue(cycle) for one in card.settings}
    assert values["rules.language.groups"] == "bs, sr; mk, sq"
    assert values["rules.country.excluded"] == "RS, XK"
    assert values["bans"] == "C-1: K-3; C-2: K-1, K-9"


def test_settings_are_shown_as_they_are_written_in_the_cycle_file() -> None:
    values = {one.key: one.value for card in _cards() for one in card.settings}
    assert values["rules.language.minimum_level"] == "B2"
    assert values["rules.country.relation"] == "any"
    assert values["sessions.count"] == "6"


def test_the_kind_of_a_rule_is_whether_it_forbids_pairs_and_gives_points() -> None:
    kinds = {card.name: card.kind for card in _cards()}
    assert kinds == {
        "language": "condition and points",
        "country": "condition and points",
        "rank": "condition and points",
        "unit": "condition",
        "same-person": "condition",
        "refusal": "condition",
        "ban": "condition",
        "repeat": "condition",
        "topics": "points",
        "preference": "points",
        "availability": "points",
    }


def test_examples_have_points_unless_the_rule_forbids_the_pair() -> None:
    (ban,) = (card for card in _cards() if card.name == "ban")
    assert [one.points for one in ban.examples] == [100, None]


def test_text_of_a_card_is_the_docstring_with_a_line_for_each_paragraph() -> None:
    (topics,) = (card for card in _cards() if card.name == "topics")
    assert len(topics.text) == 2
    joined = " ".join(topics.text)
    assert joined.split() == (getdoc(TopicsRule) or "").split()
    assert "\n" not in joined
    assert "  " not in joined


def _cards() -> tuple[RuleCard, ...]:
    return catalogue(Cycle.model_validate(DATES, strict=False))


def test_a_card_cannot_be_changed() -> None:
    card = SettingCard(key="bans", value="[]")
    with pytest.raises(ValidationError, match="frozen"):
        card.value = "C-1: K-3"  # type: ignore[misc]


def test_a_card_with_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SettingCard.model_validate({"key": "bans", "value": "[]", "default": "[]"})
