"""Places and allowed pairs in the repair heuristic."""

from __future__ import annotations

from datetime import date

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from matching.search.repair import Repair
from tests.matching.auditor.test_auditor_mutations import coach, coachee
from tests.matching.plans import never, oracles_of

CYCLE = Cycle.model_validate({"cycle": {"start": date(2027, 1, 18), "end": date(2027, 7, 16)}})


def test_coachee_gets_the_last_place_of_a_coach_but_none_more() -> None:
    roster = Roster(coachees=(coachee("c1"), coachee("c2")), coaches=(coach("k1", capacity=1),))
    oracles = oracles_of(roster, CYCLE)
    pairs = np.arange(oracles.problem.size)
    repair = Repair(oracles, np.zeros(0, dtype=np.int64), pairs, oracles.problem.points)
    repair.place([0, 1], never)
    assert len(pairs) == 2
    assert len(repair.choice) == 1


def test_unplaced_coachee_is_near_a_coach_with_whom_one_of_their_pairs_is_allowed() -> None:
    roster = Roster(coachees=(coachee("c1"), coachee("c2")), coaches=(coach("k1"), coach("k2")))
    problem = (oracles := oracles_of(roster, CYCLE)).problem
    allowed = np.flatnonzero((problem.coachee == 0) | (problem.coach == 1))
    repair = Repair(oracles, np.zeros(0, dtype=np.int64), allowed, problem.points[allowed])
    assert repair.unplaced_near([0]) == [0]
    assert repair.unplaced_near([1]) == [0, 1]


def test_coachee_is_moved_to_the_one_of_several_coaches_who_has_a_place() -> None:
    coachees = (coachee("c1"), coachee("c2"), coachee("c3"))
    coaches = tuple(coach(one, capacity=1) for one in ("k1", "k2", "k3"))
    problem = (oracles := oracles_of(Roster(coachees=coachees, coaches=coaches), CYCLE)).problem
    pair = {
        key: number
        for number, key in enumerate(
            zip(problem.coachee.tolist(), problem.coach.tolist(), strict=True)
        )
    }
    allowed = np.array([pair[0, 0], pair[1, 0], pair[1, 1], pair[1, 2], pair[2, 2]])
    choice = np.array([pair[1, 0], pair[2, 2]])
    repair = Repair(oracles, choice, allowed, problem.points[allowed])
    repair.place([0], never)
    assert repair.choice.tolist() == [pair[0, 0], pair[1, 1], pair[2, 2]]


def test_free_places_and_people_without_a_match_follow_each_change() -> None:
    roster = Roster(
        coachees=(coachee("c1"), coachee("c2"), coachee("c3")),
        coaches=(coach("k1", capacity=2), coach("k2", capacity=1)),
    )
    problem = (oracles := oracles_of(roster, CYCLE)).problem
    pairs = np.flatnonzero((problem.coach == 0) | (problem.coachee == 0))
    repair = Repair(oracles, np.zeros(0, dtype=np.int64), pairs, problem.points[pairs])
    assert (repair.coachees_of(0), repair.coachees_of(1)) == ([0, 1, 2], [0])
    assert (repair.not_full, repair.unplaced_near([0, 1])) == ([0, 1], [0, 1, 2])
    mine = [
        int(np.flatnonzero((problem.coach == 0) & (problem.coachee == one))[0]) for one in (0, 1)
    ]
    for pair in mine:
        repair.add(pair)
    assert (repair.not_full, repair.unplaced_near([0])) == ([1], [2])
    assert repair.unplaced_near([1]) == []
    repair.remove(mine[0])
    assert (repair.not_full, repair.unplaced_near([1])) == ([0, 1], [0])
