"""Pairs that ended before they were completed: why, from a closed list, and figures over it.

The list has no free text, so that nobody writes about a person what need not be known. A figure is
shown only over `MIN_PEOPLE` people or more; see `coach.answer_figures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from coach.answer_figures import MIN_PEOPLE, Given, in_batches


class EarlyEndReason(StrEnum):
    """Why a pair ended before it was completed."""

    CHANGE_OF_POST = "change_of_post"
    DEPLOYMENT = "deployment"
    TIME = "time"
    HEALTH = "health"
    NOT_A_FIT = "not_a_fit"
    OTHER = "other"
    NONE_GIVEN = "none_given"


class Whose(StrEnum):
    """Whose reason it was: that of one of the two, or of both."""

    COACHEE = "coachee"
    COACH = "coach"
    BOTH = "both"


_PLACES = {reason: place for place, reason in enumerate(EarlyEndReason)}


def reason_figures(
    given: Iterable[tuple[str, EarlyEndReason]],
) -> Mapping[EarlyEndReason, int | None]:
    """Return for each reason how many pairs ended for it, or `None` where it would tell too much.

    `given` are the coachee and the reason of each pair, in the order in which they were recorded.
    The number of all pairs may be known, so the pairs whose reason is not shown are either none or
    `MIN_PEOPLE` at least.
    """
    pairs = in_batches(Given(person, _PLACES[reason]) for person, reason in given)
    reasons = list(EarlyEndReason)
    numbers = Counter(reasons[one.value] for one in pairs)
    people = {
        reason: len({one.person for one in pairs if reasons[one.value] is reason})
        for reason in numbers
    }
    shown = {reason for reason in numbers if people[reason] >= MIN_PEOPLE}
    while shown and 0 < sum(numbers[one] for one in numbers.keys() - shown) < MIN_PEOPLE:
        shown.remove(min(shown, key=lambda one: (numbers[one], _PLACES[one])))
    return {reason: numbers[reason] if reason in shown else None for reason in reasons}
