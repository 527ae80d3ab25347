"""The labels of the matching rules and of the levels of the objective in tables and lists."""

from __future__ import annotations

from api.results import facts
from coach.texts.facts import Displayed

_LABELS = {
    "language": facts.RULE_LANGUAGE(),
    "country": facts.RULE_COUNTRY(),
    "rank": facts.RULE_RANK(),
    "unit": facts.RULE_UNIT(),
    "refusal": facts.RULE_REFUSAL(),
    "ban": facts.RULE_BAN(),
    "topics": facts.RULE_TOPICS(),
    "preference": facts.RULE_PREFERENCE(),
    "availability": facts.RULE_AVAILABILITY(),
    "schedule": facts.RULE_SCHEDULE(),
}


def rule_label(rule: str) -> Displayed:
    """Return the label of a rule, or its name if it is unknown, as in the result of an old run."""
    return _LABELS.get(rule, rule)


def level_label(level: str) -> Displayed:
    """Return the short label of a level of the objective."""
    return level
