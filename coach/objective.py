"""The levels of the objective, including those that a cycle file may list."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import reduce

from pydantic import field_validator

from coach import facts
from coach.cycle_file_table import CycleFileTable
from coach.errors import InvalidValueError
from coach.texts.facts import Fact


class ObjectiveLevel(StrEnum):
    """A level of the lexicographic objective; all levels except `REPEAT` are maximised."""

    PLACED = "placed"
    KEPT = "kept"
    REPEAT = "repeat"
    WORST = "worst"
    TOTAL = "total"
    SCHEDULE = "schedule"


LISTED_LEVELS = tuple(level for level in ObjectiveLevel if level is not ObjectiveLevel.REPEAT)
"""The levels that a cycle file can list; `[rules.repeat]` adds `repeat`, the only other level."""


class ObjectivePolicy(CycleFileTable):
    """`[objective]`: the levels in order of priority.

    `placed` must come first, and `schedule`, if present, last.
    """

    levels: tuple[ObjectiveLevel, ...] = LISTED_LEVELS

    @field_validator("levels")
    @classmethod
    def _check_levels(cls, levels: tuple[ObjectiveLevel, ...]) -> tuple[ObjectiveLevel, ...]:
        if problems := list(_problems(levels)):
            raise InvalidValueError(reduce(lambda a, b: facts.BOTH(first=a, second=b), problems))
        return levels


def _problems(levels: Sequence[ObjectiveLevel]) -> Iterator[Fact]:
    """Yield the faults in the levels of a cycle file."""
    if len(set(levels)) != len(levels):
        yield facts.LEVELS_OCCUR_ONCE()
    if not levels or levels[0] is not ObjectiveLevel.PLACED:
        yield facts.PLACED_FIRST()
    if ObjectiveLevel.SCHEDULE in levels and levels[-1] is not ObjectiveLevel.SCHEDULE:
        yield facts.SCHEDULE_LAST()
    if ObjectiveLevel.REPEAT in levels:
        yield facts.REPEAT_NOT_LISTED()
