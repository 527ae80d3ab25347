"""The insertion heuristic, compared with an enumeration of a candidate's series."""

from __future__ import annotations

from random import Random

import pytest

from matching.coach_timetable.insertion_heuristic import PartialTimetable, insert_all_series
from matching.coach_timetable.taken_starts import TakenStarts
from tests.matching.crowded import crowded
from tests.matching.one_coach import assert_holds, calendars, chains, one_day, tuesdays

EARLY, LATE, BOTH = (540, 630), (630, 720), (540, 720)


@pytest.mark.parametrize("seed", range(20))
def test_series_of_least_cost_is_inserted(seed: int) -> None:
    random = Random(seed)
    calendar = tuesdays([EARLY], 6, 3)
    cost = [random.random() for _ in range(calendar.positions)]
    timetable = PartialTimetable(calendar)
    assert timetable.insert(0, cost)
    least = min(sum(cost[one] for one in chain) for chain in chains(calendar, 0))
    assert sum(cost[one] for one in timetable.placed[0]) == pytest.approx(least)


def test_series_with_very_many_positions_is_inserted() -> None:
    calendar = tuesdays([BOTH, EARLY], 80, 8)
    assert sum(len(number) for number in calendar.candidate(0).chain) > 400
    found = insert_all_series(calendar, (0, 1), 1)
    assert found is not None
    assert_holds(calendar, found)


def test_very_long_series_starts_at_its_cheapest_position() -> None:
    calendar = tuesdays([BOTH], 80, 8)
    first, *_ = calendar.candidate(0).chain
    cost = [float(calendar.positions - position) for position in range(calendar.positions)]
    timetable = PartialTimetable(calendar)
    assert timetable.insert(0, cost)
    assert timetable.placed[0][0] == min(first, key=cost.__getitem__)


@pytest.mark.parametrize(("cap", "possible"), [(3, False), (4, True)])
def test_insertion_respects_the_day_cap_if_positions_are_starts(cap: int, possible: bool) -> None:
    calendar = one_day([(540, 1020), (540, 1020)], cap, 2)
    assert (insert_all_series(calendar, (0, 1), 2) is not None) == possible


@pytest.mark.parametrize("seed", range(20))
def test_starts_are_taken_by_overlaps_and_by_caps(seed: int) -> None:
    random = Random(seed)
    calendar = one_day([(540, 1020), (540, 1020)], random.randint(1, 4), 1)
    calendar.contracting = random.choice((0, 3, 9))
    calendar.contracting_spacing = 45
    every = range(calendar.positions)
    used = random.sample(every, random.randint(0, 3))
    week_limit = random.randint(0, 3)
    calendar.week_limit = dict.fromkeys(calendar.position_week, week_limit)
    calendar.day_limit = dict.fromkeys(calendar.position_day, calendar.day_cap)
    load = ({0: len(used)} for _ in range(2))
    taken = TakenStarts(calendar).taken(used, *load)
    for one in every:
        start, end = calendar.position_start[one], calendar.end(one)
        overlaps = any(
            start < calendar.end(other) and calendar.position_start[other] < end for other in used
        )
        is_full = len(used) >= min(week_limit, calendar.day_cap)
        assert taken >> one & 1 == (overlaps or is_full)


@pytest.mark.parametrize(("limit", "possible"), [(0, False), (1, True)])
def test_session_is_inserted_while_its_week_has_room(limit: int, possible: bool) -> None:
    calendar = tuesdays([EARLY], 1, 1)
    calendar.week_limit = dict.fromkeys(calendar.position_week, limit)
    assert (insert_all_series(calendar, (0,), 1) is not None) == possible


def test_coachee_whose_series_cannot_be_inserted_is_first_in_the_next_attempt() -> None:
    calendar = calendars(*crowded(Random(397)))[1]
    everybody = (1, 2, 4)
    assert insert_all_series(calendar, everybody, 1) is None
    found = insert_all_series(calendar, everybody, 2)
    assert found is not None
    assert sorted(found) == list(everybody)
    assert_holds(calendar, found)
