"""Finds the reasons why sessions of a pair cannot take place at certain times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from itertools import pairwise

import numpy as np

from coach.availability import local_to_epoch_minute
from coach.texts.facts import Fact
from matching.facts import slots as facts
from matching.rescheduling.pair_calendar import PairCalendar, SeriesSession


@dataclass(frozen=True, slots=True)
class StartProblem:
    """A reason against a start.

    `binding` is true if the office cannot override the reason: the time is too early, one of the
    two people is occupied, or the sessions of the pair would overlap or be out of order.
    """

    reason: Fact
    binding: bool = False


def start_problems(calendar: PairCalendar, starts: Mapping[int, int]) -> tuple[StartProblem, ...]:
    """Return all reasons against moving sessions to `starts`, which are keyed by session number.

    The result is empty if and only if the sessions can be moved there while all others keep their
    times.
    """
    found = [problem for one in starts.items() for problem in _own_problems(calendar, *one)]
    return tuple(dict.fromkeys((*found, *_series_problems(calendar, starts))))


def _own_problems(calendar: PairCalendar, number: int, start: int) -> Iterator[StartProblem]:
    if start < calendar.not_before:
        yield StartProblem(facts.TOO_EARLY(), binding=True)
    dates, zone = calendar.cycle.cycle, calendar.cycle.cycle.zone
    first = local_to_epoch_minute(dates.start, 0, zone)
    end = local_to_epoch_minute(dates.end + timedelta(1), 0, zone)
    grid, *free = calendar.grid(number)
    place = int(np.searchsorted(grid, start))
    if start < first or start + calendar.minutes(number) > end:
        yield StartProblem(facts.OUTSIDE_CYCLE(first=dates.start, last=dates.end))
    elif place == len(grid) or grid[place] != start:
        yield StartProblem(facts.NOT_A_START(count=calendar.cycle.sessions.grid_minutes))
    else:
        for person, is_free in zip((calendar.coachee, calendar.coach), free, strict=True):
            if not is_free[place]:
                yield StartProblem(facts.NOT_FREE(person=person.id))
    at = np.array([start], dtype=np.int64)
    if calendar.clashes(at, number)[0]:
        yield StartProblem(facts.OTHER_SESSION(), binding=True)
    elif calendar.within_buffers(at, number)[0]:
        yield StartProblem(facts.SHORT_BUFFER(count=calendar.cycle.sessions.buffer_minutes))


def _series_problems(calendar: PairCalendar, starts: Mapping[int, int]) -> Iterator[StartProblem]:
    buffer = calendar.cycle.sessions.buffer_minutes
    series = [
        replace(
            one,
            start=starts[one.number],
            end=starts[one.number] + calendar.minutes(one.number),
        )
        if one.number in starts
        else one
        for one in calendar.series
    ]
    for earlier, later in pairwise(series):
        if not starts.keys() & {earlier.number, later.number}:
            continue
        if earlier.end > later.start:
            yield StartProblem(facts.NOT_IN_ORDER(), binding=True)
        elif earlier.end + buffer > later.start:
            yield StartProblem(facts.SHORT_BUFFER(count=buffer))
        yield from _gap_problems(calendar, earlier, later)
    for start in starts.values():
        day, week = calendar.exceeded_caps([one.start for one in series], start)
        if day:
            yield StartProblem(facts.DAY_LIMIT(count=calendar.caps[0]))
        if week:
            yield StartProblem(facts.WEEK_LIMIT(count=calendar.caps[1]))


def _gap_problems(
    calendar: PairCalendar, earlier: SeriesSession, later: SeriesSession
) -> Iterator[StartProblem]:
    least, most = calendar.gap_range(earlier, later)
    days = calendar.day(later.start) - calendar.day(earlier.start)
    if not least <= days <= most:
        yield StartProblem(
            facts.GAP(earlier=earlier.number, later=later.number, days=days, least=least, most=most)
        )
