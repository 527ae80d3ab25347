"""The levels that a cycle file may list, and those that a run optimises."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from coach import facts
from coach.texts.facts import Fact

REPEAT = "repeat"
"""The level that `[rules.repeat]` adds; a cycle file does not list it."""


def level_problems(levels: Sequence[str]) -> Iterator[Fact]:
    """Yield what is wrong with the levels of a cycle file."""
    if len(set(levels)) != len(levels):
        yield facts.LEVELS_OCCUR_ONCE()
    if not levels or levels[0] != "placed":
        yield facts.PLACED_FIRST()
    if "schedule" in levels and levels[-1] != "schedule":
        yield facts.SCHEDULE_LAST()
    if REPEAT in levels:
        yield facts.REPEAT_NOT_LISTED()
