"""Contracting sessions: a pair's session 0, with its own length and gap."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count

import pytest

from coach.availability import DateRange, WeeklyWindow, epoch_minute
from coach.cycle import Cycle
from coach.people import Roster
from matching.auditor import audit
from matching.engine import SolveOptions, solve
from matching.instance.availability_grid import build_availability_grid, unpack
from matching.instance.partial_cycle import UnderWay, under_way
from matching.rematching.replacement import replacements
from matching.rescheduling.free_slots import free_slots
from matching.rescheduling.start_problems import start_problems
from matching.result import Result
from tests.matching.auditor.test_auditor_mutations import (
    CYCLE,
    ROSTER,
    coach,
    coachee,
    session_changed,
)
from tests.matching.planner import shifted
from tests.matching.rescheduling.test_free_slots import calendar_of

LENGTH, GAP = 45, (2, 9)


def _with_contracting(cycle: Cycle, **changes: object) -> Cycle:
    own = {"contracting_minutes": LENGTH, "contracting_gap_days": GAP} | changes
    return cycle.model_copy(update={"sessions": cycle.sessions.model_copy(update=own)})


POLICY = _with_contracting(CYCLE)
ZONE = POLICY.cycle.zone
WITHOUT_RULES = {"pins": {}, "bans": {}, "rules": type(POLICY.rules)()}


@dataclass(frozen=True)
class Kept:
    """An earlier result, and the state of its cycle."""

    result: Result
    status: UnderWay


def _solved(roster: Roster, cycle: Cycle, kept: Kept | None = None) -> Result:
    ticks = count()
    return solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256="0" * 64,
        clock=lambda: float(next(ticks)),
        keep=kept.result if kept else None,
        under_way=kept.status if kept else None,
    )


@pytest.fixture(scope="module")
def result() -> Result:
    """Return the engine's result under the policy."""
    return _solved(ROSTER, POLICY)


def test_each_pair_has_a_contracting_session_before_its_series(result: Result) -> None:
    assert result.matches
    for match in result.matches:
        assert [one.number for one in match.sessions] == [0, 1, 2, 3]
        first, second, *_ = match.sessions
        assert first.end - first.start == timedelta(minutes=LENGTH)
        assert second.end - second.start == timedelta(minutes=POLICY.sessions.minutes)
        days = (second.start.astimezone(ZONE).date() - first.start.astimezone(ZONE).date()).days
        assert GAP[0] <= days <= GAP[1]
    assert audit(ROSTER, POLICY, result) == ()


def test_the_same_plan_without_the_setting_has_none() -> None:
    off = _with_contracting(POLICY, contracting_minutes=0, contracting_gap_days=(7, 21))
    assert off.model_dump_json() == CYCLE.model_dump_json()
    assert all(one.sessions[0].number == 1 for one in _solved(ROSTER, off).matches)


@pytest.mark.parametrize("by", [timedelta(days=-7), timedelta(days=2), timedelta(minutes=15)])
def test_the_auditor_notices_a_contracting_session_at_another_time(
    result: Result, by: timedelta
) -> None:
    moved = shifted(result.matches[0].sessions[0], by)
    changed = session_changed(0, 0, start=moved.start, end=moved.end)(result)
    assert audit(ROSTER, POLICY, changed)


def test_findings_call_session_0_the_contracting_session(result: Result) -> None:
    match = result.matches[0]
    day = match.sessions[0].start.astimezone(ZONE).date() + timedelta(1)

    def findings(by: timedelta) -> str:
        moved = shifted(match.sessions[0], by)
        changed = session_changed(0, 0, start=moved.start, end=moved.end)(result)
        found = audit(ROSTER, POLICY, changed, result, under_way(result, day, ZONE))
        return "\n".join(str(finding) for finding in found)

    at_once, after_session_1 = findings(timedelta(minutes=15)), findings(timedelta(days=30))
    assert "the past contracting session is missing or has been changed" in at_once
    assert "the contracting session is on" in at_once
    assert f"match {match.coachee} with {match.coach}, contracting session on" in at_once
    assert "session 1 does not start after the contracting session" in after_session_1
    assert "days between the contracting session (" in after_session_1
    assert "session 0" not in at_once + after_session_1


def test_the_auditor_notices_a_wrong_length_and_a_missing_contracting_session(
    result: Result,
) -> None:
    first, *rest = result.matches[0].sessions
    longer = session_changed(0, 0, end=first.end + timedelta(minutes=15))(result)
    assert any("45" in str(finding) for finding in audit(ROSTER, POLICY, longer))
    match = result.matches[0].model_copy(update={"sessions": tuple(rest)})
    without = result.model_copy(update={"matches": (match, *result.matches[1:])})
    assert audit(ROSTER, POLICY, without)
    assert audit(ROSTER, CYCLE, result)  # whose policy has no contracting sessions


def test_a_window_of_its_length_has_room_for_it_only() -> None:
    short = Roster(
        coachees=(coachee("c", availability=(WeeklyWindow(0, 540, 540 + LENGTH),)),),
        coaches=(coach("k"),),
    )
    free = build_availability_grid(short, POLICY)
    common = unpack(free.coachees[0] & free.coaches[0], len(free.starts))
    assert common[free.starts_of(0)].any()
    assert not common[free.starts_of(1)].any()


def test_two_short_sessions_fit_where_a_long_one_does_not() -> None:
    """A 90-minute window has room for one session, or for two contracting sessions."""
    window = (WeeklyWindow(0, 540, 630),)
    roster = Roster(
        coachees=(coachee("c1", availability=window), coachee("c2", availability=window)),
        coaches=(coach("k", availability=window, max_per_day=2),),
    )
    policy = _with_contracting(CYCLE, count=1, grid_minutes=15, contracting_gap_days=(7, 14))
    policy = policy.model_copy(update=WITHOUT_RULES)
    placed = _solved(roster, policy)
    starts = sorted(one.sessions[0].start for one in placed.matches)
    assert len(starts) == len(roster.coachees)
    assert audit(roster, policy, placed) == ()


def test_a_cycle_in_progress_continues_after_the_contracting_session(result: Result) -> None:
    match = result.matches[0]
    day = match.sessions[0].start.astimezone(ZONE).date() + timedelta(1)
    status = under_way(result, day, ZONE)
    assert status.reached[match.coachee] == 0
    again = _solved(ROSTER, POLICY, Kept(result, status))
    kept = next(one for one in again.matches if one.coachee == match.coachee)
    assert [one.number for one in kept.sessions] == [0, 1, 2, 3]
    assert kept.sessions[0] == match.sessions[0]
    assert audit(ROSTER, POLICY, again, result, status) == ()


def test_a_cycle_that_has_begun_without_sessions_still_has_contracting_sessions(
    result: Result,
) -> None:
    status = under_way(result, POLICY.cycle.start + timedelta(1), ZONE)
    again = _solved(ROSTER, POLICY, Kept(result, status))
    assert {one.sessions[0].number for one in again.matches} == {0}


def test_a_new_coach_takes_over_the_contracting_session_as_well(result: Result) -> None:
    roster = ROSTER.model_copy(
        update={"coaches": tuple(one.model_copy(update={"capacity": 9}) for one in ROSTER.coaches)}
    )
    policy = POLICY.model_copy(update={"pins": {}, "bans": {}})
    moved = result.matches[0]
    (other,) = replacements(roster, policy, result, moved.coachee, most=1)
    minutes = [(end - start) / timedelta(minutes=1) for start, end in other.times]
    assert minutes == [LENGTH, *[policy.sessions.minutes] * policy.sessions.count]
    (late,) = replacements(roster, policy, result, moved.coachee, sessions=2, most=1)
    assert len(late.times) == 2


def test_contracting_sessions_move_within_their_own_gap(result: Result) -> None:
    match = result.matches[0]
    calendar = calendar_of(ROSTER, POLICY, result, match)
    second = match.sessions[1].start.astimezone(ZONE).date()
    for slot in free_slots(calendar, 0):
        assert start_problems(calendar, {0: slot.start, **dict(slot.moves)}) == ()
        if not slot.moves:
            days = calendar.day(epoch_minute(match.sessions[1].start)) - calendar.day(slot.start)
            assert GAP[0] <= days <= GAP[1], second
    far = epoch_minute(match.sessions[0].start) - 7 * 24 * 60
    assert start_problems(calendar, {0: far})


def test_unmatched_people_are_audited_with_their_contracting_sessions() -> None:
    """A coachee with time for three sessions, but not for a contracting session, has no coach."""
    away = DateRange(POLICY.cycle.start, date(2027, 3, 9))
    roster = Roster(
        coachees=(coachee("c1"), coachee("c9", unavailable=(away,))), coaches=(coach("k"),)
    )
    policy = POLICY.model_copy(update=WITHOUT_RULES)
    found = _solved(roster, policy)
    (left,) = found.unmatched
    assert (left.coachee, left.reason) == ("c9", "nobody-schedulable")
    assert audit(roster, policy, found) == ()
