"""The number of pairs that each rule leaves, compared with the pair report, which lists them."""

from __future__ import annotations

from datetime import date
from functools import partial
from random import Random

import pytest
from hypothesis import given, settings

from coach.cycle import Cycle
from coach.people import Roster
from matching.rules import pair_counts
from matching.rules.evaluation import pair_blocks
from matching.rules.pair_counts import count_pairs
from matching.rules.pair_report import pair_rows
from matching.rules.schedule import SCHEDULE
from tests.matching.instances import random_cycle, random_roster, randoms


@settings(max_examples=25, deadline=None)
@given(randoms)
def test_counts_equal_those_of_the_pair_report(random: Random) -> None:
    roster = random_roster(random, 7, 5)
    cycle = random_cycle(random, roster)
    rows = list(pair_rows(roster, cycle))
    counts = count_pairs(roster, cycle, schedule=True)
    assert counts.pairs == len(rows)
    assert counts.left == sum(row.eligible for row in rows)
    before: set[str] = set()
    for one in counts.rules:
        before.add(one.rule)
        assert one.left == sum(not before & set(row.blocked_by) for row in rows), one
        if one.rule != SCHEDULE:
            assert one.alone == sum(one.rule not in row.blocked_by for row in rows), one
    possible = {row.coachee for row in rows if row.eligible}
    assert counts.coachees_without == len(roster.coachees) - len(possible)
    coaches = {row.coach for row in rows if row.eligible}
    assert counts.coaches_without == len(roster.coaches) - len(coaches)


def test_without_the_schedule_only_the_rules_are_counted() -> None:
    random = Random(3)
    roster = random_roster(random, 9, 6)
    cycle = random_cycle(random, roster)
    quick, whole = count_pairs(roster, cycle), count_pairs(roster, cycle, schedule=True)
    assert quick.rules == whole.rules[:-1]
    assert quick.left == quick.rules[-1].left >= whole.left


@pytest.mark.parametrize("seed", range(3))
def test_counts_in_small_blocks_are_those_of_one_block(
    monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    random = Random(seed)
    roster = random_roster(random, 9, 6)
    cycle = random_cycle(random, roster)
    whole = count_pairs(roster, cycle, schedule=True)
    monkeypatch.setattr(pair_counts, "pair_blocks", partial(pair_blocks, cells=12))
    assert count_pairs(roster, cycle, schedule=True) == whole
    assert 0 < whole.left < whole.rules[-2].left


@pytest.mark.parametrize("schedule", [False, True])
def test_empty_cycle_has_no_pairs(schedule: bool) -> None:
    cycle = Cycle.model_validate({"cycle": {"start": date(2027, 1, 1), "end": date(2027, 2, 1)}})
    counts = count_pairs(Roster(coachees=(), coaches=()), cycle, schedule=schedule)
    assert (counts.pairs, counts.left, counts.coachees_without) == (0, 0, 0)
    assert not {"same-person", "repeat"} & {one.rule for one in counts.rules}  # do not apply
