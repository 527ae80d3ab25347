"""Test calendars of a single coach, and checks of the sessions placed in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from itertools import pairwise

from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.people import Roster
from matching.coach_timetable.calendar import CoachCalendar
from tests.bench.instances import REGION, TIGHT, instance
from tests.matching.problem import problem_of


def calendars(roster: Roster, cycle: Cycle) -> list[CoachCalendar]:
    problem = problem_of(roster, cycle)
    return [
        CoachCalendar(problem, coach, problem.coachee[pairs].tolist())
        for coach, pairs in enumerate(problem.by_coach)
        if len(pairs)
    ]


def with_contracting(roster: Roster, cycle: Cycle, least: int) -> tuple[Roster, Cycle]:
    """Return the instance with contracting sessions, `least` to `least + 7` days before others."""
    changes = {"contracting_minutes": 30, "contracting_gap_days": (least, least + 7)}
    return roster, cycle.model_copy(update={"sessions": cycle.sessions.model_copy(update=changes)})


def tuesdays(
    windows: list[tuple[int, int]], weeks: int, sessions: int, **changes: object
) -> CoachCalendar:
    """Return the calendar of a coach with Tuesdays from 09:00 to 12:00 and 90-minute sessions.

    There is a coachee for each of `windows`, which are in minutes of the day. `changes` are applied
    to the policy for sessions.
    """
    roster, cycle = instance(REGION, 1)
    shared = {
        "unavailable": (),
        "timezone": "Europe/Belgrade",
        "rank": roster.coaches[0].rank,
        "languages": roster.coaches[0].languages,
    }
    coach = roster.coaches[0].model_copy(
        update={
            **shared,
            "availability": (WeeklyWindow(1, 540, 720),),
            "capacity": len(windows),
            "max_per_day": 5,
            "max_per_week": 5,
        }
    )
    people = tuple(
        one.model_copy(update={**shared, "availability": (WeeklyWindow(1, *window),)})
        for one, window in zip(roster.coachees, windows, strict=False)
    )
    gaps = {"count": sessions, "min_gap_days": 7, "max_gap_days": 21} | changes
    dates = {"end": cycle.cycle.start + timedelta(7 * weeks - 1)}
    cycle = Cycle(
        cycle=cycle.cycle.model_copy(update=dates), sessions=cycle.sessions.model_copy(update=gaps)
    )
    problem = problem_of(Roster(coachees=people, coaches=(coach,)), cycle)
    calendar = CoachCalendar(problem, 0, problem.coachee.tolist())
    assert len(calendar.coachees) == len(windows)
    assert calendar.by_day
    return calendar


def one_day(windows: Sequence[tuple[int, int]], cap: int, count: int) -> CoachCalendar:
    """Return the calendar of a coach on one day, from 09:00 to 17:00, with starts as positions.

    There is a coachee for each of `windows` of that day.
    """
    roster, cycle = instance(TIGHT, 1)
    changes: dict[str, object] = {"timezone": "Europe/Belgrade", "unavailable": ()}
    coach = roster.coaches[0].model_copy(
        update={
            **changes,
            "availability": (WeeklyWindow(0, 540, 1020),),
            "capacity": len(windows),
            "max_per_day": cap,
        }
    )
    common = {"languages": coach.languages, "rank": coach.rank, "country": coach.country}
    people = tuple(
        one.model_copy(update={**changes, **common, "availability": (WeeklyWindow(0, *window),)})
        for one, window in zip(roster.coachees, windows, strict=False)
    )
    gaps = {"min_gap_days": 0, "max_gap_days": 0, "count": count}
    cycle = cycle.model_copy(
        update={
            "cycle": cycle.cycle.model_copy(update={"end": cycle.cycle.start}),
            "sessions": cycle.sessions.model_copy(update=gaps),
        }
    )
    (calendar,) = calendars(Roster(coachees=people, coaches=(coach,)), cycle)
    assert len(calendar.coachees) == len(windows)
    assert not calendar.by_day
    return calendar


def assert_holds(calendar: CoachCalendar, placed: dict[int, list[int]]) -> None:
    """Assert that the positions respect the gaps, the starts, the caps and the spacing."""
    load: dict[int, list[int]] = {}
    for one, positions in placed.items():
        assert len(positions) == calendar.count
        for earlier, later in pairwise(positions):
            assert calendar.low[earlier] <= later < calendar.high[earlier]
        for position in positions:
            assert position in calendar.candidate(one).starts
            load.setdefault(position, []).append(one)
    assert all(calendar.fits(position, tuple(group)) for position, group in load.items())
    every = [position for positions in placed.values() for position in positions]
    for period, limit in (
        (calendar.position_day, calendar.day_limit),
        (calendar.position_week, calendar.week_limit),
    ):
        counted = Counter(period[position] for position in every)
        assert all(number <= limit[one] for one, number in counted.items())
    if not calendar.by_day:
        starts = sorted(calendar.position_start[position] for position in every)
        assert all(later - start >= calendar.spacing_minutes for start, later in pairwise(starts))


def chains(calendar: CoachCalendar, candidate: int) -> list[list[int]]:
    first, *rest = calendar.candidate(candidate).chain
    found = [[position] for position in first]
    for number in rest:
        found = [
            [*chain, position]
            for chain in found
            for position in number
            if calendar.low[chain[-1]] <= position < calendar.high[chain[-1]]
        ]
    return found
