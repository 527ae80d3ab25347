"""Figures computed from many answers, which do not reveal any individual answer.

No figure is computed from the answers of fewer than `MIN_PEOPLE` people, or from answers that are
all equal. The same holds for the difference between a figure and an earlier one: answers are
counted in batches, and a batch counts only once it meets both conditions. Comparing the figures of
successive days therefore reveals no individual answer either. Source of the threshold: Hundepool et
al., Statistical Disclosure Control, 2012, 5.2.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

MIN_PEOPLE = 5


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: the person who gave it, and its value (1 or 0 for a choice)."""

    person: str
    value: int


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure, and the number of people whose answers it is based on.

    Attributes:
        mean: the mean over people of each person's mean answer, to one decimal place.
    """

    people: int
    mean: float


def figure(answers: Iterable[Given]) -> Figure | None:
    """Return the figure for `answers`, or `None` if it may not be shown.

    The answers must be in the order of submission.
    """
    shown = in_batches(answers)
    by_person: dict[str, list[int]] = defaultdict(list)
    for one in shown:
        by_person[one.person].append(one.value)
    if not by_person:
        return None
    return Figure(len(by_person), round(fmean(map(fmean, by_person.values())), 1))


def count(answers: Iterable[Given]) -> tuple[int, int] | None:
    """Return how many people made a choice and how many did not, or `None` if this is hidden.

    A person who has made the choice in any answer counts as having made it. Neither number is shown
    if either is below `MIN_PEOPLE`.
    """
    made: dict[str, int] = {}
    for one in in_batches(answers):
        made[one.person] = max(made.get(one.person, 0), one.value)
    yes = sum(made.values())
    no = len(made) - yes
    return (yes, no) if min(yes, no) >= MIN_PEOPLE else None


def in_batches(answers: Iterable[Given]) -> list[Given]:
    """Return the answers in complete batches. `answers` must be in the order of submission."""
    shown: list[Given] = []
    batch: list[Given] = []
    for one in answers:
        batch.append(one)
        enough = len({given.person for given in batch}) >= MIN_PEOPLE
        if enough and len({given.value for given in batch}) > 1:
            shown += batch
            batch = []
    return shown
