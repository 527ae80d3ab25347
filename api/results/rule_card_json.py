"""Rule cards as JSON, with the reasons in their examples also rendered as text."""

from __future__ import annotations

from collections.abc import Iterable

from api.results.rule_facts import TEXTS
from api.results.rule_situation_facts import SITUATIONS
from coach.texts.facts import Fact
from coach.texts.renderer import Renderer
from matching.rules.catalogue import Card, RuleCard, RuleKind, SettingCard


class ExampleCardJson(Card):
    """A worked example of a rule; `because` is `reason` as text."""

    situation: str
    points: int | None
    reason: Fact
    because: str


class RuleCardJson(Card):
    """The description of a rule; see `RuleCard`."""

    name: str
    kind: RuleKind
    text: tuple[str, ...]
    weight: int | None
    settings: tuple[SettingCard, ...]
    examples: tuple[ExampleCardJson, ...]


def rule_cards_json(cards: Iterable[RuleCard], texts: Renderer) -> tuple[RuleCardJson, ...]:
    """Return rule cards as JSON values, in the language of `texts`."""
    return tuple(
        RuleCardJson(
            name=card.name,
            kind=card.kind,
            text=tuple(texts.text(paragraph) for paragraph in TEXTS[card.name]),
            weight=card.weight,
            settings=card.settings,
            examples=tuple(
                ExampleCardJson(
                    situation=texts.text(situation),
                    points=one.points,
                    reason=one.reason,
                    because=texts.text(one.reason),
                )
                for situation, one in zip(SITUATIONS[card.name], card.examples, strict=True)
            ),
        )
        for card in cards
    )
