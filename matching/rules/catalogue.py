"""The catalogue of rules, as shown on the rules page, in the docs and by `gender-coach rules`."""

from __future__ import annotations

import inspect
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coach.cycle import EMPTY_LIST, Cycle
from coach.texts.facts import Fact
from matching.rules import FORBIDDEN, RULES, Rule

RuleKind = Literal["condition", "points", "condition and points"]


class Card(BaseModel):
    """Base class for rule cards and their parts."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SettingCard(Card):
    """A cycle file key that the rule reads, and its value in this cycle as text."""

    key: str
    value: str


class ExampleCard(Card):
    """A worked example of a rule. `points` is `None` if the rule forbids the pair."""

    situation: str
    points: int | None
    reason: Fact


class RuleCard(Card):
    """The description of a rule.

    `text` contains the paragraphs of the rule's docstring. `weight` is `None` if the rule has no
    weight.
    """

    name: str
    kind: RuleKind
    text: tuple[str, ...]
    weight: int | None
    settings: tuple[SettingCard, ...]
    examples: tuple[ExampleCard, ...]


def catalogue(cycle: Cycle) -> tuple[RuleCard, ...]:
    """Return a card for each rule, in the order of `RULES`, with the settings of `cycle`."""
    return tuple(_card(rule, cycle) for rule in RULES)


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
                reason=example.reason,
            )
            for example in rule.examples
        ),
    )


def _kind(*, hard: bool, weighted: bool) -> RuleKind:
    if not hard:
        return "points"
    return "condition and points" if weighted else "condition"


def _paragraphs(rule: type[Rule]) -> tuple[str, ...]:
    return tuple(" ".join(part.split()) for part in (inspect.getdoc(rule) or "").split("\n\n"))


def _setting(cycle: Cycle, key: str) -> str:
    """Return the value of the cycle file's `key` as text."""
    value: object = cycle
    for name in key.split("."):
        value = getattr(value, name)
    if isinstance(value, dict):
        return (
            "; ".join(f"{one}: {_listed(many)}" for one, many in sorted(value.items()))
            or EMPTY_LIST
        )
    if isinstance(value, tuple):
        return "; ".join(_listed(group) for group in value) or EMPTY_LIST
    return str(getattr(value, "name", value) if not isinstance(value, str) else value)


def _listed(names: frozenset[str]) -> str:
    return ", ".join(sorted(names))
