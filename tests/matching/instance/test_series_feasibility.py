"""Series of individual pairs: by day if a pair's days are independent, otherwise by start."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise, product
from random import Random

import numpy as np
import pytest

from matching.instance.availability_grid import AvailabilityGrid, pack
from matching.instance.series_feasibility import schedulable
from matching.instance.series_limits import ContractingLimits, SeriesLimits, conflicting_starts

DAY_MINUTES = 24 * 60


def limits(draw: Random, coaches: int) -> SeriesLimits:
    least = draw.randint(0, 3)
    return SeriesLimits(
        count=draw.randint(1, 4),
        minutes=draw.choice((60, 120, 600)),
        min_gap_days=least,
        max_gap_days=least + draw.randint(0, 6),
        buffer_minutes=draw.choice((0, 0, 300)),
        day_cap=np.array([draw.randint(1, 2) for _ in range(coaches)]),
        week_cap=np.array([draw.randint(1, 3) for _ in range(coaches)]),
    )


def grid(draw: Random, people: int, *, opens: bool = False) -> AvailabilityGrid:
    """Draw at most three hours on each of twenty days, many of them close to midnight."""
    starts, first = (
        sorted({
            day * DAY_MINUTES + 60 * draw.choice((0, 1, 9, 12, 22, 23))
            for day in range(20) for _ in range(draw.randint(0, most))
        })
        for most in (3, 3 * opens)
    )  # fmt: skip
    starts = [*first, *starts]
    day = np.array(starts) // DAY_MINUTES
    first_weekday = draw.randrange(7)
    free = [
        pack(np.array([[draw.random() < 0.6 for _ in starts] for _ in range(people)]))
        for _ in range(2)
    ]
    return AvailabilityGrid(
        starts=np.array(starts),
        day=day.astype(np.int32),
        week=((day + first_weekday) // 7).astype(np.int32),
        coachees=free[0],
        coaches=free[1],
        contracting=len(first),
    )


def has_series(free: AvailabilityGrid, held: list[int], rules: SeriesLimits, coach: int) -> bool:
    """Return whether a series exists, trying each start."""

    def fits(series: list[int]) -> bool:
        for one, other in pairwise(series):
            gap, gaps, spacing = free.day[other] - free.day[one], rules, rules.spacing_minutes
            if rules.contracting and one < free.contracting:
                gaps, spacing = rules.contracting, rules.contracting_spacing
            if not gaps.min_gap_days <= gap <= gaps.max_gap_days:
                return False
            if free.starts[other] - free.starts[one] < spacing:
                return False
        on_day, in_week = (
            max(np.unique(which[series], return_counts=True)[1]) for which in (free.day, free.week)
        )
        return bool(on_day <= rules.day_cap[coach] and in_week <= rules.week_cap[coach])

    opens = rules.contracting is not None

    def extend(series: list[int]) -> bool:
        if len(series) == rules.count + opens:
            return True
        is_first = opens and not series
        of_number = [one for one in held if (one < free.contracting) == is_first]
        later = [one for one in of_number if not series or one > series[-1]]
        return any(fits([*series, one]) and extend([*series, one]) for one in later)

    return extend([])


@pytest.mark.parametrize("opens", [False, True])
@pytest.mark.parametrize("seed", range(50))
def test_pairs_near_midnight_have_the_series_that_a_search_by_start_finds(
    seed: int, opens: bool
) -> None:
    draw, people = Random(seed), 4
    free, rules = grid(draw, people, opens=opens), limits(draw, people)
    if opens:
        least = draw.choice((0, 0, 1, 3))
        own = ContractingLimits(draw.choice((30, 90)), least, least + draw.randint(0, 6))
        rules = replace(rules, contracting=own)
    row, column = (one.ravel().astype(np.int32) for one in np.mgrid[:people, :people])
    found = schedulable(free, rules, row, column)
    for coachee, coach, able in zip(row, column, found, strict=True):
        both = free.coachees[coachee] & free.coaches[coach]
        held = [one for one in range(len(free.starts)) if int(both[one // 64]) >> one % 64 & 1]
        assert able == has_series(free, held, rules, coach)


@pytest.mark.parametrize("seed", range(50))
def test_conflicting_starts_are_those_too_close_after_the_minimum_gap(seed: int) -> None:
    draw = Random(seed)
    free, rules = grid(draw, 1), limits(draw, 1)
    rules = replace(rules, min_gap_days=1 + rules.min_gap_days % 2)
    starts, day, every = free.starts.tolist(), free.day.tolist(), range(len(free.starts))
    close = [
        (one, other)
        for one, other in product(every, every)
        if day[other] - day[one] >= rules.min_gap_days
        and starts[other] - starts[one] < rules.spacing_minutes
    ]
    earlier, later = conflicting_starts(free.starts, free.day, rules)
    assert np.flatnonzero(earlier).tolist() == sorted({one for one, _ in close})
    assert np.flatnonzero(later).tolist() == sorted({other for _, other in close})


def test_sessions_across_midnight_two_days_apart_do_not_conflict() -> None:
    starts = np.arange(0, 10 * DAY_MINUTES, 30)  # around the clock
    day = (starts // DAY_MINUTES).astype(np.int32)
    caps = np.array([5])
    for least, conflict in ((1, True), (2, False)):
        rules = SeriesLimits(6, 90, least, 42, 0, caps, caps)
        assert conflicting_starts(starts, day, rules)[0].any() == conflict
