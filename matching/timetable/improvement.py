"""Better series for the coachees a coach already holds.

Each series in turn is taken out and put back where it is best among what the others leave open (a
cheapest path, exactly), until none gets better. What each could reach alone bounds the sum.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence

from matching.timetable.calendar import CoachCalendar, members
from matching.timetable.insertion import Agenda
from matching.timetable.quality import WHOLE, Quality
from matching.watch import Watch

_SWEEPS = 6
_KEEP = 10 * WHOLE  # a session that stays where it was goes before any point of quality

Wishes = Mapping[int, frozenset[int]]
"""Starts (epoch minutes) of earlier sessions that should stay, by local index."""


class BestSeries:
    """Best series of a coach's candidates one at a time."""

    def __init__(self, calendar: CoachCalendar, quality: Quality, wishes: Wishes) -> None:
        self._calendar = calendar
        self._quality = quality
        self._wishes = wishes
        self._alone: dict[int, int] = {}

    def best(self, candidate: int, free: int) -> tuple[list[int], int] | None:
        """The positions within `free` that cost least, and their cost."""
        calendar, quality = self._calendar, self._quality
        chain = [members(number) for number in calendar.chain(free)]
        if not all(chain):
            return None
        day = calendar.position_day
        own = {
            position: self._own_cost(candidate, position)
            for position in {position for number in chain for position in number}
        }
        cost = {last: own[last] + quality.finish_cost(day[last]) for last in chain[-1]}
        choices: list[dict[int, int]] = []
        for number, following in zip(reversed(chain[:-1]), reversed(chain[1:]), strict=True):
            here: dict[int, int] = {}
            choice: dict[int, int] = {}
            for position in number:
                first = bisect_left(following, calendar.low[position])
                last = bisect_left(following, calendar.high[position])
                least, best = min(
                    (cost[after] + quality.gap_cost(day[after] - day[position]), after)
                    for after in following[first:last]
                )
                here[position], choice[position] = least + own[position], best
            choices.append(choice)
            cost = here
        least, position = min((value, position) for position, value in cost.items())
        series = [position]
        for choice in reversed(choices):
            position = choice[position]
            series.append(position)
        return series, least

    def alone(self, candidate: int) -> int:
        """What the best series costs, were the coach the candidate's alone."""
        if candidate not in self._alone:
            starts = self._calendar.candidate(candidate).starts
            found = self.best(candidate, sum(1 << position for position in starts))
            self._alone[candidate] = found[1] if found else 0
        return self._alone[candidate]

    def cost(self, candidate: int, series: Sequence[int]) -> int:
        """What a series costs, less what is given for sessions that stay."""
        calendar = self._calendar
        days = [calendar.position_day[position] for position in series]
        faults = WHOLE - self._quality.of(calendar.coachees[candidate], calendar.coach, days)
        return faults - sum(self._stays(candidate, position) for position in series)

    def _own_cost(self, candidate: int, position: int) -> int:
        calendar = self._calendar
        row, day = calendar.coachees[candidate], calendar.position_day[position]
        own = self._quality.day_cost(row, calendar.coach, day)
        return own - self._stays(candidate, position)

    def _stays(self, candidate: int, position: int) -> int:
        wishes = self._wishes.get(candidate)
        starts = self._calendar.candidate(candidate).starts.get(position, ())
        return _KEEP if wishes and not wishes.isdisjoint(starts) else 0


def improve(
    calendar: CoachCalendar,
    placed: Mapping[int, Sequence[int]],
    series: BestSeries,
    watch: Watch,
) -> dict[int, list[int]]:
    """Positions no single series of which can be bettered; never worse than `placed`."""
    now = {one: list(positions) for one, positions in placed.items()}
    for _ in range(_SWEEPS):
        better = False
        for one in sorted(now, key=lambda one: (-series.cost(one, now[one]), one)):
            if series.cost(one, now[one]) <= series.alone(one):
                continue
            watch.check()
            agenda = Agenda(calendar)
            for other, positions in now.items():
                if other != one:
                    agenda.add(other, positions)
            found = series.best(one, agenda.open_to(one))
            if found and found[1] < series.cost(one, now[one]) and agenda.add(one, found[0]):
                now[one] = found[0]
                better = True
        if not better:
            break
    return now
