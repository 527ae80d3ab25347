"""The rule `availability`."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from coach.availability import WeeklyWindow
from coach.people import Coach, Coachee
from matching.rules.rule import FULL, Example, Facts, Indices, Points, Rule

_CHOICES = 20  # common starts for each session from which on more are no easier


class AvailabilityRule(Rule):
    """How much common free time there is, relative to what the sessions need.

    Counted are the starts on the cycle's grid at which both are free for a whole session. With
    20 of them for each session of the series a pair has 100 points, with fewer in proportion,
    rounded down. Whether the sessions fit with their gaps is not a matter of points: a pair that
    cannot meet often enough is never matched.
    """

    name = "availability"
    hard = False
    settings = ("sessions.count", "sessions.minutes", "sessions.grid_minutes")
    examples: ClassVar = (
        Example(
            "Mornings of one weekday in common for half a year.",
            86,
            "104 common times for 6 sessions",
            coachee={"availability": [WeeklyWindow(0, 540, 720)]},
            coach={"availability": [WeeklyWindow(0, 510, 720), WeeklyWindow(3, 510, 720)]},
            policy={"calendar": {"public_holidays": False}},
        ),
        Example(
            "No common weekday.",
            0,
            "no common time",
            coachee={"availability": [WeeklyWindow(0, 540, 720)]},
            coach={"availability": [WeeklyWindow(1, 540, 720)]},
        ),
    )

    def __init__(self, facts: Facts) -> None:
        self._coachee = facts.free_time.coachees
        self._coach = facts.free_time.coaches
        self._sessions = facts.cycle.sessions.count
        self._row = {coachee.id: row for row, coachee in enumerate(facts.roster.coachees)}
        self._column = {coach.id: column for column, coach in enumerate(facts.roster.coaches)}

    def _common(self, coachee: Indices, coach: Indices) -> NDArray[np.int64]:
        """Common starts of the broadcast pairs, a word of 64 starts at a time."""
        common = np.zeros(np.broadcast_shapes(coachee.shape, coach.shape), dtype=np.int64)
        for asked, offered in zip(self._coachee.T, self._coach.T, strict=True):
            common += np.bitwise_count(asked[coachee] & offered[coach])
        return common

    def judge(self, coachee: Indices, coach: Indices) -> Points:
        enough = _CHOICES * self._sessions
        points = np.minimum(FULL * self._common(coachee, coach) // enough, FULL)
        return points.astype(np.int16)

    def because(self, coachee: Coachee, coach: Coach, _points: int) -> str:
        pair = np.array([self._row[coachee.id]]), np.array([self._column[coach.id]])
        common = int(self._common(*pair)[0])
        if not common:
            return "no common time"
        times = "1 common time" if common == 1 else f"{common} common times"
        return f"{times} for {self._sessions} sessions"
