"""Slots for moving a session, checked by the auditor."""

from __future__ import annotations

from datetime import date, datetime
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from coach.availability import epoch_minute, epoch_minute_to_local
from coach.cycle import Cycle
from coach.humans import humans_of
from coach.people import Roster
from matching.auditor import audit
from matching.rescheduling.free_slots import MAX_SLOTS, free_slots
from matching.rescheduling.pair_calendar import PairCalendar, SeriesSession
from matching.rescheduling.start_problems import start_problems
from matching.result import Match, Result
from tests.matching.auditor.test_auditor_mutations import MONDAYS, coach, coachee
from tests.matching.both_roles import both_roles
from tests.matching.instances import random_cycle, random_roster, randoms
from tests.matching.planner import plan

ZONE = ZoneInfo("Europe/Belgrade")


def calendar_of(roster: Roster, cycle: Cycle, result: Result, match: Match) -> PairCalendar:
    """Return the calendar of a match whose people have only the sessions in the result."""
    humans = humans_of(roster)
    of_coachee = dict(zip([one.id for one in roster.coachees], humans.coachees, strict=True))
    of_coach = dict(zip([one.id for one in roster.coaches], humans.coaches, strict=True))
    both = {of_coachee[match.coachee], of_coach[match.coach]}
    others = [one for one in result.matches if one is not match]
    return PairCalendar(
        cycle=cycle,
        coachee=next(one for one in roster.coachees if one.id == match.coachee),
        coach=next(one for one in roster.coaches if one.id == match.coach),
        series=tuple(
            SeriesSession(one.number, epoch_minute(one.start), epoch_minute(one.end))
            for one in match.sessions
        ),
        coach_sessions=_intervals([one for one in others if one.coach == match.coach]),
        occupied=_intervals(
            [one for one in others if both & {of_coachee[one.coachee], of_coach[one.coach]}]
        ),
        not_before=0,
    )


def _intervals(matches: list[Match]) -> tuple[tuple[int, int], ...]:
    return tuple(
        (epoch_minute(one.start), epoch_minute(one.end))
        for match in matches
        for one in match.sessions
    )


def moved(cycle: Cycle, result: Result, match: Match, starts: dict[int, int]) -> Result:
    """Return the result with some sessions of a match moved to `starts`, keyed by number."""
    sessions = tuple(
        session
        if session.number not in starts
        else session.model_copy(
            update={
                "start": epoch_minute_to_local(starts[session.number], cycle.cycle.zone),
                "end": epoch_minute_to_local(
                    starts[session.number] + cycle.sessions.minutes, cycle.cycle.zone
                ),
            }
        )
        for session in match.sessions
    )
    changed = Match.model_validate(match.model_dump() | {"sessions": sessions})
    others = tuple(changed if one is match else one for one in result.matches)
    return result.model_copy(update={"matches": others})


def faults(roster: Roster, cycle: Cycle, result: Result) -> list[str]:
    """Return the auditor's findings, except about levels, whose values may change."""
    found = map(str, audit(roster, cycle, result))
    return [one for one in found if not one.startswith("level")]


def instance(random: Random) -> tuple[Roster, Cycle, Result]:
    """Return a small cycle with a sound plan; some people have two roles."""
    if random.random() < 0.4:
        roster, cycle = both_roles(random)
    else:
        roster = random_roster(random, 4, 2)
        cycle = random_cycle(random, roster)
    return roster, cycle, plan(roster, cycle)


@pytest.mark.slow
@given(randoms)
@settings(max_examples=50, deadline=None)
def test_every_slot_passes_the_audit_and_slots_are_found_where_the_audit_allows_any(
    random: Random,
) -> None:
    roster, cycle, result = instance(random)
    if not result.matches or faults(roster, cycle, result):
        return
    match = random.choice(result.matches)
    calendar = calendar_of(roster, cycle, result, match)
    number = random.choice(match.sessions).number
    slots = free_slots(calendar, number)
    assert len(slots) <= MAX_SLOTS
    for slot in slots:
        starts = {number: slot.start, **dict(slot.moves)}
        assert faults(roster, cycle, moved(cycle, result, match, starts)) == []
        assert not start_problems(calendar, starts)
        assert bool(start_problems(calendar, {number: slot.start})) == bool(slot.moves)
    possible = [
        start
        for start in calendar.grid(number)[0].tolist()
        if start not in {one.start for one in calendar.series}
        and not start_problems(calendar, {number: start})
    ]
    assert len([slot for slot in slots if not slot.moves]) >= min(len(possible), 3)
    for start in random.sample(
        calendar.grid(number)[0].tolist(), min(2, len(calendar.grid(number)[0]))
    ):
        clean = not faults(roster, cycle, moved(cycle, result, match, {number: start}))
        assert clean == (not start_problems(calendar, {number: start})), start


def local(text: str) -> int:
    return epoch_minute(datetime.fromisoformat(text).replace(tzinfo=ZONE))


def pair(**changes: object) -> PairCalendar:
    """Return the calendar of a pair with three sessions on Wednesdays, 21 days apart, at 09:00."""
    people = {"availability": MONDAYS, "timezone": "Europe/Belgrade", "country": "RS"}
    starts = [local("2027-01-27T09:00") + week * 3 * 7 * 1440 for week in range(3)]
    values = {
        "cycle": Cycle.model_validate(
            {
                "cycle": {"start": date(2027, 1, 18), "end": date(2027, 4, 30)},
                "sessions": {"count": 3, "minutes": 60, "max_gap_days": 28, "min_gap_days": 14},
            }
        ),
        "coachee": coachee("c1", **people),
        "coach": coach("k1", **people),
        "series": tuple(
            SeriesSession(number, start, start + 60) for number, start in enumerate(starts, start=1)
        ),
        "coach_sessions": (),
        "occupied": (),
        "not_before": 0,
    }
    return PairCalendar(**values | changes)


def shown(calendar: PairCalendar, number: int) -> list[str]:
    """Return the local starts of the slots for a session, with the later sessions that move."""
    zone = calendar.cycle.cycle.zone
    return [
        " ".join(
            [f"{epoch_minute_to_local(slot.start, zone):%d.%m.%H:%M}"]
            + [f"{n}:{epoch_minute_to_local(to, zone):%d.%m.%H:%M}" for n, to in slot.moves]
        )
        for slot in free_slots(calendar, number)
    ]


def test_slots_prefer_even_gaps_then_near_times_and_at_most_two_are_on_a_day() -> None:
    assert shown(pair(), 2) == [  # 15 February is a public holiday
        "17.02.09:30", "17.02.10:00", "22.02.09:00", "22.02.09:30", "10.02.10:00", "10.02.09:30",
    ]  # fmt: skip


def test_slots_leave_out_other_sessions_of_either_person_and_times_before_the_earliest() -> None:
    occupied = (local("2027-02-17T09:30"), local("2027-02-17T12:00"))
    coach_session = (local("2027-02-22T09:00"), local("2027-02-22T10:30"))
    found = shown(pair(occupied=(occupied,), coach_sessions=(coach_session,)), 2)
    assert found[:2] == ["22.02.10:30", "22.02.11:00"]
    late = shown(pair(not_before=local("2027-02-18T00:00")), 2)
    assert late == ["22.02.09:00", "22.02.09:30", "24.02.09:00", "24.02.09:30"]


def test_slots_respect_the_daily_and_weekly_limits_of_the_coach() -> None:
    others = tuple(
        (local(f"2027-02-22T{hour}:00"), local(f"2027-02-22T{hour}:30")) for hour in (13, 14)
    )
    assert "22" not in {one[:2] for one in shown(pair(coach_sessions=others), 2)}
    windows = {"availability": MONDAYS, "timezone": "Europe/Belgrade", "country": "RS"}
    full = pair(coach_sessions=others, coach=coach("k1", max_per_week=2, **windows))
    assert not {"22", "24"} & {one[:2] for one in shown(full, 2)}
    assert "24" in {one[:2] for one in shown(pair(coach_sessions=others), 2)}


def test_slots_move_later_sessions_least_and_only_if_no_slot_keeps_them() -> None:
    occupied = ((local("2027-01-18T00:00"), local("2027-02-24T12:00")),)
    assert shown(pair(occupied=occupied), 2) == []  # too long after the first session
    assert shown(pair(occupied=occupied, series=pair().series[1:]), 2) == [
        "01.03.09:00 3:15.03.09:00", "01.03.09:30 3:15.03.09:00", "03.03.09:00 3:17.03.09:00",
    ]  # fmt: skip


def test_a_cancelled_session_in_between_allows_a_longer_gap() -> None:
    series = pair().series
    without_second = pair(series=(series[0], series[2]))
    assert not start_problems(without_second, {3: series[2].start + 7 * 1440})
    assert start_problems(pair(), {3: series[2].start + 14 * 1440})


@pytest.mark.parametrize(
    ("start", "reason", "binding"),
    [
        ("2027-02-18T09:00", "slot.not_free", False),
        ("2027-02-17T09:10", "slot.not_a_start", False),
        ("2027-01-11T09:00", "slot.outside_cycle", False),
        ("2027-02-08T09:00", "slot.gap", False),
        ("2027-01-27T09:30", "slot.not_in_order", True),
        ("2027-02-22T09:30", "slot.other_session", True),
    ],
)
def test_each_problem_of_a_start_says_whether_anybody_can_decide_otherwise(
    start: str, reason: str, binding: bool
) -> None:
    occupied = (local("2027-02-22T10:00"), local("2027-02-22T11:00"))
    found = start_problems(pair(occupied=(occupied,)), {2: local(start)})
    assert any(one.reason.code == reason and one.binding is binding for one in found), found


def test_a_session_that_the_series_does_not_have_is_an_error() -> None:
    with pytest.raises(ValueError, match="no session 7"):
        free_slots(pair(), 7)
