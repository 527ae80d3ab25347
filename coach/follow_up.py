"""Follow-ups: the questions that a pair is asked months after it was completed.

The months are counted from the day on which the pair was completed. A question can be answered
until `GRACE` after the last of these months. It is sent once, followed by at most `MAX_REMINDERS`
reminders.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from coach.goals import RatingMoment

MONTHS = (3, 6, 12)
GRACE = timedelta(days=30)
MAX_REMINDERS = 2
DEFAULT_REMINDER_DAYS = 7


class FollowUpState(StrEnum):
    """The state of a follow-up."""

    WAITING = "waiting"  # not due yet
    DUE = "due"  # to be asked, or asked and not answered
    ANSWERED = "answered"
    UNANSWERED = "unanswered"  # it can no longer be answered
    ENDED = "ended"  # the person has left, or does not want to be asked again


class PostOutcome(StrEnum):
    """The outcome of a commitment, according to the post that has taken it over."""

    UNDER_WAY = "under_way"
    DONE = "done"
    NOT_PURSUED = "not_pursued"


@dataclass(frozen=True, slots=True)
class FollowUpDates:
    """The due date of a follow-up, the last day for answering it, and its progress so far.

    Attributes:
        asked: the day on which the question was sent; `None` if it has not been sent.
        reminded: the day of the last reminder; `None` if there was none.
        reminders: the number of reminders.
        answered: whether the question was answered.
        ended: whether the question is no longer asked.
    """

    due: date
    until: date
    asked: date | None = None
    reminded: date | None = None
    reminders: int = 0
    answered: bool = False
    ended: bool = False


def add_months(day: date, months: int) -> date:
    """Return the same day `months` later, or the last day of that month if it is too short.

    >>> add_months(date(2026, 11, 30), 3)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def follow_up_dates(completed: date, months: Iterable[int]) -> tuple[tuple[int, date], ...]:
    """Return the follow-up months in order, each with the due date of its follow-up."""
    return tuple((month, add_months(completed, month)) for month in sorted(set(months)))


def answerable_until(completed: date, months: Iterable[int]) -> date:
    """Return the last day on which a pair's follow-ups can be answered."""
    return max((day for _, day in follow_up_dates(completed, months)), default=completed) + GRACE


def post_due(today: date, dues: Iterable[date]) -> date:
    """Return the day on which a post is asked about a commitment that it takes over today.

    The post is asked on the day of the coachee's next follow-up, or in a month if there is none.
    """
    return min((day for day in dues if day > today), default=add_months(today, 1))


def follow_up_state(dates: FollowUpDates, today: date) -> FollowUpState:
    """Return a follow-up's state on the day `today`."""
    if dates.answered:
        return FollowUpState.ANSWERED
    if dates.ended:
        return FollowUpState.ENDED
    if today < dates.due:
        return FollowUpState.WAITING
    return FollowUpState.DUE if today <= dates.until else FollowUpState.UNANSWERED


def is_to_be_sent(dates: FollowUpDates, today: date) -> bool:
    """Return whether the question should be sent today."""
    return dates.asked is None and follow_up_state(dates, today) is FollowUpState.DUE


def is_to_be_reminded(
    dates: FollowUpDates, today: date, *, after_days: int = DEFAULT_REMINDER_DAYS
) -> bool:
    """Return whether the next reminder about a question that has been sent is due today.

    Reminders are sent `after_days` days after the question or the previous reminder; 0 disables
    them.
    """
    latest = dates.reminded or dates.asked
    return (
        latest is not None
        and dates.reminders < MAX_REMINDERS
        and after_days > 0
        and today - latest >= timedelta(days=after_days)
        and follow_up_state(dates, today) is FollowUpState.DUE
    )


def rating_moment(month: int) -> RatingMoment:
    """Return the rating moment of the follow-up `month` months after completion."""
    from coach.goals import RatingMoment  # noqa: PLC0415 - avoids a circular import

    return RatingMoment(f"month_{month}")
