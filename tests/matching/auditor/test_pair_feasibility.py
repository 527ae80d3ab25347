from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from random import Random

import numpy as np
import pytest

from coach.session_policy import SessionPolicy
from matching.auditor.pair_feasibility import count_schedulable_coaches
from tests.matching.auditor.test_auditor_mutations import coach

MONDAY = 739_005  # as a proleptic ordinal


@pytest.mark.parametrize(
    ("moments", "policy", "caps", "able"),
    [
        ([(0, 0), (60, 0)], {"min_gap_days": 0}, {}, True),  # one right after the other
        ([(0, 0), (59, 0)], {"min_gap_days": 0}, {}, False),
        ([(0, 0), (60, 0)], {"min_gap_days": 0}, {"max_per_day": 1}, False),
        ([(0, 0), (60, 0)], {"min_gap_days": 0, "buffer_minutes": 5}, {}, False),
        ([(0, 0), (1440, 1)], {"min_gap_days": 1}, {}, True),
        ([(0, 0), (1440, 1)], {"min_gap_days": 1}, {"max_per_week": 1}, False),
        ([(0, 0), (1440, 1)], {"min_gap_days": 2}, {}, False),
        ([(0, 6), (1440, 7)], {"min_gap_days": 1}, {"max_per_week": 1}, True),  # Sunday, Monday
        ([(0, 0), (7 * 1440, 7)], {"min_gap_days": 1, "max_gap_days": 7}, {}, True),
        ([(0, 0), (8 * 1440, 8)], {"min_gap_days": 1, "max_gap_days": 7}, {}, False),
        ([(1430, 0), (1440, 1)], {"min_gap_days": 1}, {}, False),  # across midnight
        ([], {"min_gap_days": 1}, {}, False),
    ],
)
def test_series_is_schedulable_if_gaps_caps_and_clock_allow(
    moments: list[tuple[int, int]], policy: dict[str, int], caps: dict[str, int], able: bool
) -> None:
    assert MONDAY % 7 == 1
    sessions = SessionPolicy.model_validate(
        {"count": 2, "minutes": 60, "max_gap_days": 9, "max_per_coach_day": 2, **policy}
    )
    starts = np.array([start for start, _ in moments], dtype=np.int64)
    days = np.array([day + MONDAY for _, day in moments], dtype=np.int64)
    common = np.ones((1, len(moments)), dtype=np.bool_)
    counted = count_schedulable_coaches(common, starts, days, [coach("k1", **caps)], sessions)
    assert counted == able


@pytest.mark.parametrize("seed", range(150))
def test_counted_series_are_those_of_all_combinations_of_starts(seed: int) -> None:
    random = Random(seed)
    sessions = SessionPolicy(
        count=random.randint(1, 4),
        minutes=random.choice((60, 600)),
        buffer_minutes=random.choice((0, 120, 1200)),
        min_gap_days=(least := random.choice((0, 0, 1, 1, 2))),
        max_gap_days=least + random.randint(0, 4),
        max_per_coach_day=random.randint(1, 3),
        max_per_coach_week=random.randint(1, 3),
    )
    starts = sorted(random.sample(range(0, 12 * 1440, 60), k=9))
    days = [MONDAY + start // 1440 for start in starts]
    counted = count_schedulable_coaches(
        np.ones((1, len(starts)), dtype=np.bool_),
        np.array(starts, dtype=np.int64),
        np.array(days, dtype=np.int64),
        [coach("k1")],
        sessions,
    )
    moments = list(zip(starts, days, strict=True))
    assert counted == any(
        _is_series(list(series), sessions) for series in combinations(moments, sessions.count)
    )


def _is_series(series: list[tuple[int, int]], policy: SessionPolicy) -> bool:
    apart = policy.minutes + policy.buffer_minutes
    return (
        all(
            later[0] - earlier[0] >= apart
            and policy.min_gap_days <= later[1] - earlier[1] <= policy.max_gap_days
            for earlier, later in pairwise(series)
        )
        and max(Counter(day for _, day in series).values()) <= policy.max_per_coach_day
        and max(Counter((day - 1) // 7 for _, day in series).values()) <= policy.max_per_coach_week
    )
