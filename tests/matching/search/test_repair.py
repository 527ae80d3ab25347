"""The repair heuristic uses the last place of a coach."""

from __future__ import annotations

from datetime import date

import numpy as np

from coach.cycle import Cycle
from coach.people import Roster
from matching.search.repair import Repair
from tests.matching.auditor.test_auditor_mutations import coach, coachee
from tests.matching.plans import never, oracles_of


def test_coachee_gets_the_last_place_of_a_coach_but_none_more() -> None:
    roster = Roster(coachees=(coachee("c1"), coachee("c2")), coaches=(coach("k1", capacity=1),))
    dates = {"start": date(2027, 1, 18), "end": date(2027, 7, 16)}
    oracles = oracles_of(roster, Cycle.model_validate({"cycle": dates}))
    pairs = np.arange(oracles.problem.size)
    repair = Repair(oracles, np.zeros(0, dtype=np.int64), pairs, oracles.problem.points)
    repair.place([0, 1], never)
    assert len(pairs) == 2
    assert len(repair.choice) == 1
