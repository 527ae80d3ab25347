"""The catalogue of rules: settings, and immutable cards."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from coach.cycle import Cycle
from matching.rules.catalogue import SettingCard, catalogue
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


def test_a_card_cannot_be_changed() -> None:
    card = SettingCard(key="bans", value="[]")
    with pytest.raises(ValidationError, match="frozen"):
        card.value = "C-1: K-3"  # type: ignore[misc]


def test_a_card_with_an_unknown_field_is_an_error() -> None:
    with pytest.raises(ValidationError, match="Extra inputs"):
        SettingCard.model_validate({"key": "bans", "value": "[]", "default": "[]"})
