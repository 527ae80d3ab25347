"""Pages about the matching rules, generated from the rules' documentation."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fastapi import APIRouter, Request, Response

from api.cycles import service as cycles
from api.cycles.service import CycleHeader
from api.http.dependencies import ServicesDep
from api.http.permissions import EVERYBODY, MANAGER, Permission, Permissions
from api.results import rule_facts, rule_situation_facts
from api.texts.reader_language import request_renderer
from api.web.date_formats import format_date
from api.web.facts import TERRITORY_ALONE
from api.web.rendering import render_page
from coach.availability import DateRange
from coach.cycle import Cycle, CycleDates
from coach.holidays import observed_days
from coach.texts.facts import Displayed
from coach.texts.renderer import Renderer
from matching.facts.names import rule_name
from matching.rules.catalogue import RuleCard, SettingCard, catalogue

RULES = APIRouter(include_in_schema=False)
_ANY_DAY = date(2000, 1, 1)
_DEFAULTS = Cycle(cycle=CycleDates(start=_ANY_DAY, end=_ANY_DAY))  # the dates are not shown


@dataclass(frozen=True, slots=True)
class TextPart:
    """A segment of a paragraph. `code` is true for names of settings and values."""

    text: str
    code: bool


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a rule. `points` is `None` if the rule forbids the pair."""

    situation: Displayed
    points: int | None
    because: Displayed


@dataclass(frozen=True, slots=True)
class RuleArticle:
    """A rule, as shown on the page.

    `id` is the rule's name in settings, and `label` is its name for readers.
    """

    id: str
    label: Displayed
    kind: Displayed
    weight: int | None
    paragraphs: tuple[tuple[TextPart, ...], ...]
    settings: tuple[SettingCard, ...]
    examples: tuple[Example, ...]


@RULES.get("/rules")
def show_rules(request: Request) -> Response:
    """Show all matching rules with their default settings and examples."""
    return _render(request, _DEFAULTS, None)


@RULES.get("/cycles/{cycle_id}/rules")
def show_cycle_rules(cycle_id: str, request: Request, services: ServicesDep) -> Response:
    """Show all matching rules with a cycle's settings."""
    found = cycles.read_policy(services, cycle_id)
    return _render(request, found.policy, found.cycle)


def _render(request: Request, policy: Cycle, cycle: CycleHeader | None) -> Response:
    texts = request_renderer(request)
    articles = [_article(card, texts) for card in catalogue(policy)]
    return render_page(
        request,
        "cycles/rules.html",
        rules=articles,
        cycle=cycle,
        observed=[] if cycle is None else list(_observed(policy)),
    )


def _observed(policy: Cycle) -> Iterator[tuple[Displayed, tuple[str, ...], list[Displayed]]]:
    """Yield each country with observances, their categories, and the observed days in the cycle."""
    dates = DateRange(policy.cycle.start, policy.cycle.end)
    for country, categories in sorted(policy.calendar.observances.items()):
        days = observed_days(policy.calendar, country, dates)
        yield TERRITORY_ALONE(code=country), categories, [format_date(day) for day in days]


def _article(card: RuleCard, texts: Renderer) -> RuleArticle:
    situations = rule_situation_facts.SITUATIONS[card.name]
    return RuleArticle(
        id=card.name,
        label=rule_name(card.name),
        kind=rule_facts.KINDS[card.kind],
        weight=card.weight,
        paragraphs=rule_paragraphs(card.name, texts),
        settings=card.settings,
        examples=tuple(
            Example(situation, example.points, example.reason)
            for situation, example in zip(situations, card.examples, strict=True)
        ),
    )


def rule_paragraphs(rule: str, texts: Renderer) -> tuple[tuple[TextPart, ...], ...]:
    """Return the paragraphs about a rule, in the language of `texts`."""
    return tuple(_parts(texts.text(text)) for text in rule_facts.TEXTS[rule])


def _parts(paragraph: str) -> tuple[TextPart, ...]:
    """Return the segments of a paragraph, in which text in backquotes is code."""
    return tuple(
        TextPart(text, code=index % 2 == 1) for index, text in enumerate(paragraph.split("`"))
    )


ROUTERS = (RULES,)
PERMISSIONS: Permissions = {
    ("GET", "/rules"): Permission(EVERYBODY),
    ("GET", "/cycles/{cycle_id}/rules"): Permission(MANAGER),
}
