"""The latest cuts, evaluated all at once, compared with each cut by itself."""

from __future__ import annotations

from random import Random

import pytest

from matching.coach_timetable.cut_pool import CutPool
from matching.coach_timetable.lagrangian_cut import UNIT, LagrangianCut
from tests.matching.one_coach import tuesdays

_PEOPLE = 6
_LATEST = 64


@pytest.mark.parametrize("some", [0, 3, 20, 150])
def test_all_cuts_at_once_agree_with_each_of_the_latest_cuts(some: int) -> None:
    random, pool, cuts = Random(some), CutPool(), list[LagrangianCut]()
    calendar = tuesdays([(540, 720), (540, 630), (600, 720)] * 2, 3, 2)
    excluded = 0
    for _ in range(some + 1):
        for _ in range(20):
            candidates = random.sample(range(_PEOPLE), random.randint(1, _PEOPLE))
            latest = cuts[-_LATEST:]
            answers = [cut.excludes(candidates) for cut in latest]
            assert pool.excludes(candidates) == any(answers)
            excluded += any(answers)
            held, others = candidates[:2], candidates[2:]
            if others:
                joining = [
                    one for one in others if not any(cut.excludes([*held, one]) for cut in latest)
                ]
                assert pool.not_excluded(held, others) == joining
            profit = {one: random.uniform(0, 3) for one in candidates}
            bounds = [cut.bound(profit) for cut in latest]
            assert pool.bound(profit) == pytest.approx(min(bounds, default=float("inf")))
        price = [random.randrange(2 * UNIT) for _ in range(calendar.positions)]
        total = random.randint(4, 12) * UNIT
        weights = {0: random.randrange(2 * UNIT)} if random.random() < 1 / 2 else {}
        cuts.append(LagrangianCut(calendar, price, [], each=0, total=total, weights=weights))
        pool.add(cuts[-1])
    assert excluded > 0 or not some
