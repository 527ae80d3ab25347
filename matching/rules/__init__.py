"""The matching rules, in the order in which they are applied and listed.

Rules are registered only here. To add a rule, write a module for it and add it to `RULES`.
"""

from __future__ import annotations

from matching.rules.availability import AvailabilityRule
from matching.rules.ban import BanRule
from matching.rules.country import CountryRule
from matching.rules.language import LanguageRule
from matching.rules.preference import PreferenceRule
from matching.rules.rank import RankRule
from matching.rules.refusal import RefusalRule
from matching.rules.repeat import RepeatRule
from matching.rules.rule import FORBIDDEN, MAX_POINTS, Example, Points, Rule, RuleInputs
from matching.rules.same_person import SamePersonRule
from matching.rules.topics import TopicsRule
from matching.rules.unit import UnitRule

RULES: tuple[type[Rule], ...] = (
    LanguageRule,
    CountryRule,
    RankRule,
    UnitRule,
    SamePersonRule,
    RefusalRule,
    BanRule,
    RepeatRule,
    TopicsRule,
    PreferenceRule,
    AvailabilityRule,
)
HARD_RULES: tuple[type[Rule], ...] = tuple(rule for rule in RULES if rule.hard)

__all__ = [
    "FORBIDDEN",
    "HARD_RULES",
    "MAX_POINTS",
    "RULES",
    "Example",
    "Points",
    "Rule",
    "RuleInputs",
]
