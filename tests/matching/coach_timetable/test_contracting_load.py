"""The room that contracting sessions take, compared with all ways to fill a day."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from random import Random

from hypothesis import given, settings

from matching.coach_timetable.contracting_load import DayStarts, load_of_days
from tests.matching.instances import randoms

SPACING = (2, 4)


def _fillings(day: DayStarts, day_cap: int) -> set[tuple[int, int]]:
    """Return the numbers of contracting and other sessions that fit together."""
    starts = [(one, 0) for one in day.contracting] + [(one, 1) for one in day.others]
    found = set()
    for size in range(day_cap + 1):
        for chosen in combinations(sorted(starts), size):
            ends = [start + SPACING[kind] for start, kind in chosen]
            if all(end <= later for end, (later, _) in zip(ends, chosen[1:], strict=False)):
                others = sum(kind for _, kind in chosen)
                found.add((size - others, others))
    return found


@given(randoms)
@settings(max_examples=60, deadline=None)
def test_no_filling_of_a_day_exceeds_the_room(random: Random) -> None:
    cap = random.randint(1, 3)
    contracting, others = (sorted(random.sample(range(9), random.randint(0, 5))) for _ in range(2))
    day = DayStarts(contracting, others)
    load = load_of_days([day], cap, SPACING)
    fillings = _fillings(day, cap)
    places = max(count for _, count in fillings)
    for some, count in fillings:
        assert count + load.share * max(0, some - load.free) <= places
    if load.free:
        assert load.free == max(some for some, _ in fillings)


def test_two_contracting_sessions_take_the_room_of_a_session() -> None:
    day = DayStarts([0, 2], [0])
    assert load_of_days([day], 2, SPACING).share == Fraction(1, 2)
    assert load_of_days([day], 2, SPACING).most_series(5, 24, 6) == 3
    roomy = DayStarts([0, 4], [0])
    assert load_of_days([roomy], 2, SPACING).free == 2
