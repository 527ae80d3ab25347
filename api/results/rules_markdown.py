"""The documentation of the rules as Markdown, for `docs/reference/rules.md`."""

from __future__ import annotations

from collections.abc import Iterable

from api.results import rule_facts as facts
from api.results.rule_situation_facts import SITUATIONS
from coach.texts.facts import Displayed
from coach.texts.renderer import Renderer
from matching.rules.catalogue import RuleCard

_COMMAND = "gender-coach rules --markdown"


def rules_markdown(cards: Iterable[RuleCard], texts: Renderer) -> str:
    """Return the rules as a Markdown page, in the language of `texts`."""
    preface = texts.text(facts.PREFACE(command=_COMMAND))
    sections = [_section(card, texts) for card in cards]
    return "\n".join((f"# {texts.text(facts.TITLE())}\n", f"{preface}\n", *sections))


def _section(card: RuleCard, texts: Renderer) -> str:
    lines = [f"## `{card.name}`\n", f"*{_kind(card, texts)}.*\n"]
    lines += [f"{texts.text(paragraph)}\n" for paragraph in facts.TEXTS[card.name]]
    if card.settings:
        settings = [facts.SETTING(key=f"`{one.key}`", value=one.value) for one in card.settings]
        lines += [f"- {texts.text(one)}" for one in settings] + [""]
    lines += [_row((facts.FOR_EXAMPLE(), facts.POINTS(), facts.BECAUSE()), texts), "|---|---|---|"]
    for situation, one in zip(SITUATIONS[card.name], card.examples, strict=True):
        points = facts.FORBIDDEN() if one.points is None else str(one.points)
        lines.append(_row((situation, points, one.reason), texts))
    return "\n".join([*lines, ""])


def _kind(card: RuleCard, texts: Renderer) -> str:
    kind: Displayed = facts.KINDS[card.kind]
    if card.weight is not None:
        kind = facts.WEIGHTED_SECTION(kind=kind, weight=card.weight)
    return texts.text(kind).capitalize()


def _row(cells: Iterable[Displayed], texts: Renderer) -> str:
    return "| " + " | ".join(map(texts.text, cells)) + " |"
