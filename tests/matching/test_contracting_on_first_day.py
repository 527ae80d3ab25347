"""Contracting sessions on the day of the first session, compared with exhaustive search."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import pytest

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.joint_model import JointTimetableModel
from matching.coach_timetable.positions import members
from tests.matching.brute_force import can_hold
from tests.matching.comparison import Instance, differences, one_human, scarce_time
from tests.matching.crowded import crowded
from tests.matching.one_coach import calendars
from tests.matching.plans import never


def _same_day(random: Random, roster: Roster, cycle: Cycle) -> tuple[Roster, Cycle]:
    """Return the instance with contracting sessions on the day of session 1 or the day before."""
    least = max(1, cycle.sessions.min_gap_days)
    changes = {
        "count": random.choice((1, 2)),
        "min_gap_days": least,
        "max_gap_days": max(least, cycle.sessions.max_gap_days),
        "contracting_minutes": random.choice((30, 45)),
        "contracting_gap_days": (0, random.choice((0, 0, 1))),
        "max_per_coach_day": 3,
    }
    return roster, cycle.model_copy(update={"sessions": cycle.sessions.model_copy(update=changes)})


def _one_day(random: Random) -> tuple[Roster, Cycle]:
    """Return an instance with a coach and three coachees who are available on a single day."""
    roster, cycle = _same_day(random, *crowded(random, (3,)))
    coachees = tuple(
        one.model_copy(
            update={
                "timezone": "Europe/Belgrade",
                "unavailable": (),
                "availability": tuple(
                    WeeklyWindow(0, start, start + random.choice((60, 90, 120)))
                    for start in sorted(random.sample(range(540, 780, 30), 2))
                ),
            }
        )
        for one in roster.coachees
    )
    own = {
        "timezone": "Europe/Belgrade",
        "unavailable": (),
        "availability": (WeeklyWindow(0, 540, 840),),
        "capacity": 3,
        "max_per_day": 6,
        "max_per_week": 6,
    }
    sessions = {
        "count": 1,
        "minutes": 60,
        "grid_minutes": 30,
        "contracting_minutes": 30,
        "buffer_minutes": 0,
    }
    changes = {
        "cycle": cycle.cycle.model_copy(update={"end": cycle.cycle.start}),
        "sessions": cycle.sessions.model_copy(update=sessions),
        "bans": {},
    }
    coach = roster.coaches[0].model_copy(update=own)
    return Roster(coachees=coachees, coaches=(coach,)), cycle.model_copy(update=changes)


@pytest.mark.parametrize("seed", [*range(30), 109, 171])
def test_oracle_and_joint_model_accept_exactly_the_feasible_sets(seed: int) -> None:
    random = Random(seed)
    roster, cycle = _one_day(random) if seed % 2 else _same_day(random, *crowded(random))
    for calendar in calendars(roster, cycle):
        oracle, coach = CoachOracle(calendar), roster.coaches[calendar.coach]
        for wanted in range(1 << len(calendar.coachees)):
            people = [roster.coachees[calendar.coachees[one]] for one in members(wanted)]
            if len(people) <= coach.capacity:
                expected = can_hold(coach, people, cycle)
                assert oracle.can_hold(wanted, never) == expected
                model = JointTimetableModel({0: calendar}, {0: members(wanted)}, {})
                assert (model.solve(never) is not None) == expected


@pytest.mark.parametrize("make", [scarce_time, one_human])
@pytest.mark.parametrize("seed", [1, 2, 3, 18, 19])
def test_engine_is_optimal(seed: int, make: Callable[[int], Instance]) -> None:
    roster, cycle, _ = make(seed)
    assert not list(differences(*_same_day(Random(seed), roster, cycle), None))
