"""Determines when each instrument is used, based on the times of a pair's sessions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from coach.instruments import Instrument, Moment

_SECOND = 2


class Occasion(StrEnum):
    """An occasion on which people are asked.

    Each person answers once per pair, except after sessions (once per session) and in follow-ups
    (once per follow-up).
    """

    AFTER_SESSION = "after_session"
    START = "start"
    SECOND_SESSION = "second_session"
    LAST_BUT_ONE = "last_but_one"
    END = "end"
    FOLLOW_UP = "follow_up"


MOMENTS: Mapping[Occasion, Moment] = {
    Occasion.AFTER_SESSION: Moment.AFTER_SESSION,
    Occasion.START: Moment.START,
    Occasion.SECOND_SESSION: Moment.ALLIANCE,
    Occasion.LAST_BUT_ONE: Moment.ALLIANCE,
    Occasion.END: Moment.END,
    Occasion.FOLLOW_UP: Moment.FOLLOW_UP,
}
"""The moment of each occasion, which determines the instrument."""


@dataclass(frozen=True, slots=True)
class Asking:
    """An occasion on which a pair is asked, and the period in which answers are accepted.

    `opens` is `None` if answers are accepted as soon as the pair has sessions.
    """

    occasion: Occasion
    opens: datetime | None
    closes: datetime

    def is_open(self, now: datetime) -> bool:
        """Return whether answers are accepted at `now`."""
        return (self.opens is None or self.opens <= now) and now < self.closes

    @property
    def asks_both(self) -> bool:
        """Whether the coach is asked as well as the coachee."""
        return MOMENTS[self.occasion] is Moment.ALLIANCE


def askings(ends: Sequence[datetime], asked: Mapping[Moment, Instrument]) -> Iterator[Asking]:
    """Yield a pair's occasions in order, except those after each session and in follow-ups.

    Args:
        ends: the ends of the pair's sessions, in order, without sessions that did not take place.
        asked: the instrument for each moment at which something is asked.
    """
    count = len(ends)
    if not count:
        return
    if Moment.START in asked:
        yield Asking(Occasion.START, None, ends[0])
    if Moment.ALLIANCE in asked and count >= _SECOND:
        open_for = timedelta(days=asked[Moment.ALLIANCE].open_days)
        second, last_but_one = ends[_SECOND - 1], ends[count - 2]
        if last_but_one <= second:
            yield Asking(Occasion.SECOND_SESSION, second, second + open_for)
        else:
            yield Asking(Occasion.SECOND_SESSION, second, min(second + open_for, last_but_one))
            yield Asking(Occasion.LAST_BUT_ONE, last_but_one, last_but_one + open_for)
    if Moment.END in asked:
        open_for = timedelta(days=asked[Moment.END].open_days)
        yield Asking(Occasion.END, ends[-1], ends[-1] + open_for)
