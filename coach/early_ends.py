"""Pairs that ended before completion: a closed list of reasons, and how often each is given.

The list has no free text, so that nobody records unnecessary information about a person. A figure
is shown only for `MIN_PEOPLE` or more people; see `coach.answer_figures`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from enum import StrEnum

from coach.answer_figures import MIN_PEOPLE, Given, in_batches


class EarlyEndReason(StrEnum):
    """The reason why a pair ended before it was completed."""

    CHANGE_OF_POST = "change_of_post"
    DEPLOYMENT = "deployment"
    TIME = "time"
    HEALTH = "health"
    NOT_A_FIT = "not_a_fit"
    OTHER = "other"
    NONE_GIVEN = "none_given"


class Whose(StrEnum):
    """The person whose reason led to the early end: the coachee, the coach, or both."""

    COACHEE = "coachee"
    COACH = "coach"
    BOTH = "both"


_PLACES = {reason: place for place, reason in enumerate(EarlyEndReason)}


def reason_figures(
    given: Iterable[tuple[str, EarlyEndReason]],
) -> Mapping[EarlyEndReason, int | None]:
    """Return the number of pairs that ended for each reason, or `None` where it is hidden.

    `given` contains the coachee and the reason of each pair, in the order in which they were
    recorded. Only pairs in complete batches are counted. Because their total may be known, the
    number of counted pairs whose reason is hidden is either 0 or at least `MIN_PEOPLE`.
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
