"""Finds a new coach for one coachee without changing anyone else's coach or sessions.

Because all other pairs are fixed, the problem is small: each coach with a free place is examined,
best first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from coach.availability import epoch_minute, epoch_minute_to_local
from coach.cycle import Cycle
from coach.errors import NotFoundError
from coach.people import Coach, Roster
from coach.session_policy import SessionPolicy
from matching.facts.runs import NO_SUCH_COACHEE_IN_CYCLE
from matching.instance.availability_grid import build_availability_grid, unpack
from matching.result import Match, Result, ResultValue, Verdict
from matching.rules import RuleInputs
from matching.rules.evaluation import RuleEvaluator
from matching.rules.repeat import RepeatRule

_MAX_REPLACEMENTS = 3
StartTime = tuple[int, int]
"""A start in epoch minutes, and its local date as a proleptic ordinal."""
SeriesState = tuple[StartTime, int, int]
"""The last start of a series, and the number of its sessions on that day and in that week."""


class Replacement(ResultValue):
    """A possible new coach for a coachee, with session times that do not affect anyone else.

    `price` is the number of points that the plan would lose, or gain if negative. `times` are the
    start and end of each session, in the cycle's time zone.
    """

    coach: str
    points: int
    price: int
    verdicts: tuple[Verdict, ...]
    times: tuple[tuple[datetime, datetime], ...]


def replacements(
    roster: Roster,
    cycle: Cycle,
    result: Result,
    coachee: str,
    *,
    not_before: date | None = None,
    sessions: int | None = None,
    most: int = _MAX_REPLACEMENTS,
) -> tuple[Replacement, ...]:
    """Return the possible new coaches for `coachee`, best first according to the objective.

    Pairs from an earlier cycle come last if the policy avoids them. Otherwise, the pairs with the
    most points come first.

    Args:
        roster: the current coachees and coaches, without any coach who has left.
        cycle: the policy.
        result: the current plan.
        coachee: the id of a coachee in the roster.
        not_before: the earliest date for a session, in a cycle in progress.
        sessions: the number of remaining sessions, at least 1; by default, all of a new series.
        most: the maximum number of replacements to return.

    Raises:
        NotFoundError: the roster has no coachee with this id.
    """
    if all(one.id != coachee for one in roster.coachees):
        raise NotFoundError(NO_SUCH_COACHEE_IN_CYCLE(coachee=coachee))
    search = _ReplacementSearch(roster, cycle, result, coachee)
    numbers = list(cycle.sessions.numbers)
    left = numbers
    if sessions is not None:
        fewer = sessions <= len(numbers)
        left = numbers[-sessions:] if fewer else list(range(1, sessions + 1))
    return tuple(islice(search.candidates(not_before or cycle.cycle.start, left), most))


class _ReplacementSearch:
    """Searches for a coachee's new coach in an otherwise fixed plan."""

    def __init__(self, roster: Roster, cycle: Cycle, result: Result, coachee: str) -> None:
        self._evaluator = RuleEvaluator(
            RuleInputs(roster, cycle, build_availability_grid(roster, cycle))
        )
        self._cycle = cycle
        self._coaches = roster.coaches
        self._ids = [one.id for one in roster.coachees]
        self._row = next(row for row, one in enumerate(roster.coachees) if one.id == coachee)
        self._country = roster.coachees[self._row].country
        self._present_match = next((one for one in result.matches if one.coachee == coachee), None)
        self._others = [one for one in result.matches if one.coachee != coachee]
        countries = {one.id: one.country for one in (*roster.coachees, *roster.coaches)}
        marks = RepeatRule.marks(self._evaluator.inputs)
        avoided = {coach for one, coach in roster.earlier_pairs or () if marks and one == coachee}
        self._repeated = np.array([one.id in avoided for one in roster.coaches], dtype=np.bool_)
        self._crossing = sum(
            countries.get(one.coachee) != countries.get(one.coach) for one in self._others
        )

    def candidates(self, not_before: date, numbers: Sequence[int]) -> Iterator[Replacement]:
        """Yield the possible replacements, best first according to the objective.

        `numbers` are the numbers of the sessions to be placed. All other pairs are fixed and
        everyone stays placed, so more points for this pair never lower any other level. Only the
        level `repeat` takes precedence over these points.
        """
        columns = np.arange(len(self._coaches))
        rows = np.full(len(columns), self._row)
        points = self._evaluator.points(rows, columns)
        allowed = np.flatnonzero(self._evaluator.allowed(rows, columns))
        best = np.lexsort((-points[allowed], self._repeated[allowed]))
        for column in allowed[best].tolist():
            coach = self._coaches[column]
            booked = [match for match in self._others if match.coach == coach.id]
            if self._is_ruled_out(coach, booked):
                continue
            calendar = _BookedCalendar(coach, booked, self._cycle)
            starts = {
                number: self._common_starts(column, not_before, number)
                for number in {numbers[0], numbers[-1]}
            }
            series = calendar.series(starts, numbers)
            if series is not None:
                times = dict(zip(numbers, series, strict=True))
                yield self._replacement(column, int(points[column]), times)

    def _is_ruled_out(self, coach: Coach, booked: list[Match]) -> bool:
        present = self._present_match is not None and self._present_match.coach == coach.id
        share = Fraction(str(self._cycle.rules.country.minimum_cross_border_share))
        crossing = self._crossing + (coach.country != self._country)
        too_few = crossing < share * (len(self._others) + 1)
        return present or len(booked) >= coach.capacity or too_few

    def _common_starts(self, column: int, not_before: date, number: int) -> list[StartTime]:
        """Return the starts at which both people can have the session with this number."""
        free = self._evaluator.inputs.availability_grid
        bits, own = free.coachees[self._row] & free.coaches[column], free.starts_of(number)
        starts, minutes = free.starts[own], self._cycle.sessions.minutes_of(number)
        common = np.flatnonzero(
            unpack(bits, len(free.starts))[own] & ~self._busy_elsewhere(column, starts, minutes)
        )
        days = free.day[own][common] + self._cycle.cycle.start.toordinal()
        late = days >= not_before.toordinal()
        return list(zip(starts[common][late].tolist(), days[late].tolist(), strict=True))

    def _busy_elsewhere(
        self, column: int, starts: NDArray[np.int64], minutes: int
    ) -> NDArray[np.bool_]:
        """Return `bool[S]`: the starts that overlap sessions of either person in another role."""
        humans = self._evaluator.inputs.humans
        both = {humans.coachees[self._row], humans.coaches[column]} & humans.repeated
        coachees = dict(zip(self._ids, humans.coachees, strict=True))
        coaches = {one.id: humans.coaches[place] for place, one in enumerate(self._coaches)}
        busy = np.zeros(len(starts), dtype=np.bool_)
        for match in self._others if both else ():
            if both & {coachees.get(match.coachee), coaches.get(match.coach)}:
                for session in match.sessions:
                    begin, end = epoch_minute(session.start), epoch_minute(session.end)
                    busy |= (starts < end) & (starts + minutes > begin)
        return busy

    def _replacement(self, column: int, points: int, series: Mapping[int, int]) -> Replacement:
        zone, length = self._cycle.cycle.zone, self._cycle.sessions.minutes_of
        return Replacement(
            coach=self._coaches[column].id,
            points=points,
            price=(self._present_match.points if self._present_match else 0) - points,
            verdicts=self._evaluator.verdicts(self._row, column),
            times=tuple(
                (
                    epoch_minute_to_local(start, zone),
                    epoch_minute_to_local(start + length(number), zone),
                )
                for number, start in series.items()
            ),
        )


class _BookedCalendar:
    """A coach's booked sessions, with a search for sessions that fit around them."""

    def __init__(self, coach: Coach, booked: list[Match], cycle: Cycle) -> None:
        self._policy: SessionPolicy = cycle.sessions
        self._day_cap = coach.max_per_day or cycle.sessions.max_per_coach_day
        self._week_cap = coach.max_per_week or cycle.sessions.max_per_coach_week
        sessions = [session for match in booked for session in match.sessions]
        self._booked = [(epoch_minute(one.start), epoch_minute(one.end)) for one in sessions]
        dates = [one.start.astimezone(cycle.cycle.zone).date() for one in sessions]
        self._on_day = Counter(day.toordinal() for day in dates)
        self._in_week = Counter(_week(day.toordinal()) for day in dates)

    def series(
        self, start_times: Mapping[int, list[StartTime]], numbers: Sequence[int]
    ) -> tuple[int, ...] | None:
        """Return the starts of the series that ends earliest, or `None` if there is none.

        `start_times` contains the possible starts of the first and last sessions, keyed by number.
        All sessions after the first have the same possible starts as the last.
        """
        first, last = numbers[0], numbers[-1]
        opening, free = (
            [one for one in start_times[number] if self._is_free(one[0], number)]
            for number in (first, last)
        )
        reachable: dict[SeriesState, tuple[int, ...]] = {
            (one, 1, 1): (one[0],) for one in opening if self._fits(one, 1, 1)
        }
        for number in numbers[:-1]:
            longer: dict[SeriesState, tuple[int, ...]] = {}
            for state, starts in reachable.items():
                for later in self._next(state, free, number):
                    longer.setdefault(later, (*starts, later[0][0]))
            reachable = longer
        return reachable[min(reachable)] if reachable else None

    def _next(
        self, state: SeriesState, free: list[StartTime], number: int
    ) -> Iterator[SeriesState]:
        """Yield the states that can follow `state`, whose last session has number `number`."""
        (start, day), on_day, in_week = state
        apart = self._policy.minutes_of(number) + self._policy.buffer_minutes
        least, most = self._policy.gap_days(number)
        for start_time in free:
            gap = start_time[1] - day
            in_order = start_time[0] - start >= apart
            if in_order and least <= gap <= most:
                same_week = _week(day) == _week(start_time[1])
                later = start_time, 1 if gap else on_day + 1, in_week + 1 if same_week else 1
                if self._fits(*later):
                    yield later

    def _is_free(self, start: int, number: int) -> bool:
        end, buffer = start + self._policy.minutes_of(number), self._policy.buffer_minutes
        return all(end + buffer <= one or other + buffer <= start for one, other in self._booked)

    def _fits(self, start_time: StartTime, on_day: int, in_week: int) -> bool:
        day = start_time[1]
        return (
            self._on_day[day] + on_day <= self._day_cap
            and self._in_week[_week(day)] + in_week <= self._week_cap
        )


def _week(ordinal: int) -> int:
    """Return the running number of an ordinal date's ISO week; ordinal 1 is a Monday."""
    return (ordinal - 1) // 7
