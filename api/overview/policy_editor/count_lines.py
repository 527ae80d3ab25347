"""Formats the lines that state how many pairs remain after the rules."""

from __future__ import annotations

from collections.abc import Sequence

from api.overview.policy_editor import facts
from coach.texts.facts import Fact
from matching.rules import HARD_RULES
from matching.rules.pair_counts import PairCounts
from matching.rules.schedule import SCHEDULE

_HARD = {rule.name for rule in HARD_RULES}


def rule_lines(rule: str, counts: PairCounts | None) -> Sequence[Fact]:
    """Return lines stating how many pairs a rule leaves, or that it only awards points.

    Returns no lines if pairs were not counted.
    """
    if rule not in _HARD:
        return [facts.POINTS_ONLY()]
    if counts is None:
        return []
    found = next((one for one in counts.rules if one.rule == rule), None)
    if found is None or found.alone is None:
        return [facts.NOT_APPLIED()]
    return [
        facts.PAIRS_LEFT_ALONE(count=found.alone, pairs=counts.pairs),
        facts.PAIRS_LEFT(count=found.left),
    ]


def schedule_lines(counts: PairCounts | None) -> Sequence[Fact]:
    """Return lines stating how many pairs can place their sessions, or how to count them."""
    if counts is None:
        return []
    found = next((one for one in counts.rules if one.rule == SCHEDULE), None)
    if found is None:
        return [facts.NOT_COUNTED_YET()]
    return [facts.PAIRS_SCHEDULED(count=found.left)]


def all_lines(counts: PairCounts | None, *, faulty: bool) -> Sequence[Fact]:
    """Return lines stating how many pairs all rules leave, or why they were not counted."""
    if counts is None:
        return [facts.NOT_COUNTED() if faulty else facts.NO_LISTS()]
    lines = [facts.PAIRS_OF_ALL(count=counts.left, pairs=counts.pairs)]
    if counts.coachees_without:
        lines.append(facts.COACHEES_WITHOUT(count=counts.coachees_without))
    if counts.coaches_without:
        lines.append(facts.COACHES_WITHOUT(count=counts.coaches_without))
    return lines
