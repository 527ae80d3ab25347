"""The catalogue of rules, with a card for each rule, for the page, the command and the docs."""

from __future__ import annotations

import inspect
from collections.abc import Iterable
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.cycle import Cycle
from matching.rules import FORBIDDEN, RULES, Rule

_PREFACE = """\
The rules are applied and listed in this order. A condition can forbid a pair; points, 0 to 100, are
multiplied by the rule's weight. Generated from the rules by `gender-coach rules --markdown`.
"""


class Card(BaseModel):
    """Base class of the parts of a rule's card."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SettingCard(Card):
    """A key of the cycle file that the rule reads, with its value in this cycle in words."""

    key: str
    value: str


class ExampleCard(Card):
    """A situation and the rule's answer; `points` is `None` if the rule forbids the pair."""

    situation: str
    points: int | None
    because: str


class RuleCard(Card):
    """A rule, described for people.

    `text` holds the paragraphs of the rule's docstring; `weight` is `None` for a rule without a
    weight.
    """

    name: str
    kind: Literal["condition", "points", "condition and points"]
    text: tuple[str, ...]
    weight: int | None
    settings: tuple[SettingCard, ...]
    examples: tuple[ExampleCard, ...]


def catalogue(cycle: Cycle) -> tuple[RuleCard, ...]:
    """Return the cards of all rules, in table order, with the settings of `cycle`."""
    return tuple(_card(rule, cycle) for rule in RULES)


def as_markdown(cards: Iterable[RuleCard]) -> str:
    """Render the cards as the page `docs/reference/rules.md`."""
    return "\n".join(("# Rules\n", _PREFACE, *map(_section, cards)))


def _section(card: RuleCard) -> str:
    weight = "" if card.weight is None else f", weight {card.weight} by default"
    lines = [f"## `{card.name}`\n", f"*{card.kind.capitalize()}{weight}.*\n"]
    lines += [f"{paragraph}\n" for paragraph in card.text]
    if card.settings:
        lines += [f"- `{one.key}`, by default: {one.value}" for one in card.settings] + [""]
    lines += ["| for example | points | because |", "|---|---|---|"]
    for one in card.examples:
        points = "forbidden" if one.points is None else one.points
        lines.append(f"| {one.situation} | {points} | {one.because} |")
    return "\n".join([*lines, ""])


def _card(rule: type[Rule], cycle: Cycle) -> RuleCard:
    weight = getattr(cycle.weights, rule.name, None)
    return RuleCard(
        name=rule.name,
        kind=_kind(hard=rule.hard, weighted=weight is not None),
        text=_paragraphs(rule),
        weight=weight,
        settings=tuple(SettingCard(key=key, value=_setting(cycle, key)) for key in rule.settings),
        examples=tuple(
            ExampleCard(
                situation=example.situation,
                points=None if example.points == FORBIDDEN else example.points,
                because=example.because,
            )
            for example in rule.examples
        ),
    )


def _kind(*, hard: bool, weighted: bool) -> Literal["condition", "points", "condition and points"]:
    if not hard:
        return "points"
    return "condition and points" if weighted else "condition"


def _paragraphs(rule: type[Rule]) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in (inspect.getdoc(rule) or "").split("\n\n"))


def _setting(cycle: Cycle, key: str) -> str:
    """Return the value of the cycle file's `key` in words."""
    value: object = cycle
    for name in key.split("."):
        value = getattr(value, name)
    if isinstance(value, dict):
        return "; ".join(f"{one}: {_listed(many)}" for one, many in sorted(value.items())) or "none"
    if isinstance(value, tuple):
        return "; ".join(_listed(group) for group in value) or "none"
    return str(getattr(value, "name", value) if not isinstance(value, str) else value)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
