"""The positions that can follow or precede others, compared with the definition."""

from __future__ import annotations

from random import Random

import pytest

from matching.coach_timetable.positions import members
from matching.coach_timetable.ranges import Ranges
from tests.bench.instances import REGION, instance
from tests.matching.one_coach import calendars, one_day, with_contracting


def every_set(random: Random, size: int) -> int:
    return sum(1 << one for one in random.sample(range(size), random.randint(0, size)))


@pytest.mark.parametrize("seed", range(200))
def test_union_of_ranges(seed: int) -> None:
    random = Random(seed)
    size = random.randint(1, 40)
    low = sorted(random.randint(0, 60) for _ in range(size))
    high = sorted(one + random.choice((0, 1, 5, 20)) for one in low)
    some = every_set(random, size)
    union = {place for one in members(some) for place in range(low[one], high[one])}
    assert members(Ranges(low, high).union(some)) == sorted(union)


@pytest.mark.parametrize("contracting", [None, 0, 3])
def test_following_and_preceding_positions(contracting: int | None) -> None:
    random = Random(1)
    roster_and_cycle = instance(REGION, 1)
    if contracting is not None:
        roster_and_cycle = with_contracting(*roster_and_cycle, contracting)
    for calendar in (*calendars(*roster_and_cycle), one_day([(540, 1020)], 4, 2)):
        every = range(calendar.positions)
        some = every_set(random, calendar.positions)
        gaps = [range(*ends) for ends in zip(calendar.low, calendar.high, strict=True)]
        after = {later for one in members(some) for later in gaps[one]}
        before = [one for one in every if any(later in gaps[one] for later in members(some))]
        assert members(calendar.after(some)) == sorted(after)
        assert members(calendar.before(some)) == before
