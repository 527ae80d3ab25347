"""Runs of the engine: limits, cancellation, pins, kept pairs, reproducibility, degenerate input."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.engine_threads import run_in_thread
from coach.availability import WeeklyWindow
from coach.cycle import Cycle
from coach.objective import LISTED_LEVELS, ObjectiveLevel
from coach.people import Roster
from coach.texts.renderer import english
from matching import engine
from matching.auditor import audit
from matching.concurrency import Concurrency
from matching.deadline import SolverError
from matching.engine import SolveOptions, solve
from matching.errors import CancelledError, ImpossiblePinsError, NoUsableResultError
from matching.progress import Phase, Progress
from matching.result import Result
from tests.bench.instances import MANY_PLACES, REGION, TIGHT, instance
from tests.matching.crowded import crowded

SHA = "0" * 64
WITH_THREADS = Concurrency(run_interruptible=run_in_thread)


def run(roster: Roster, cycle: Cycle, **options: object) -> Result:
    keep = options.pop("keep", None)
    return solve(
        roster,
        cycle,
        options=SolveOptions(explain=False, **options),
        input_sha256=SHA,
        clock=time.monotonic,
        concurrency=WITH_THREADS,
        keep=keep,
    )


def value(result: Result, level: ObjectiveLevel) -> int:
    return next(one.value for one in result.levels if one.name is level)


def test_region_is_proven_at_every_level_but_schedule() -> None:
    roster, cycle = instance(REGION, 1)
    result = run(roster, cycle)
    assert result.status == "optimal"
    assert audit(roster, cycle, result) == ()
    schedule = result.levels[-1]
    assert schedule.value >= 0.97 * schedule.bound


def test_equal_input_and_seed_give_equal_results() -> None:
    roster, cycle = instance(REGION, 2)
    first, second = (run(roster, cycle, seed=5) for _ in range(2))
    assert first.model_copy(update={"wall_seconds": 0}) == second.model_copy(
        update={"wall_seconds": 0}
    )
    uids = [session.uid for match in first.matches for session in match.sessions]
    assert len(set(uids)) == len(uids)
    assert not first.cut_short


def test_run_stopped_by_time_limit_returns_sound_plan_with_valid_bounds() -> None:
    roster, cycle = instance(TIGHT, 1)
    started = time.monotonic()
    result = run(roster, cycle, time_limit_seconds=2.0)
    assert time.monotonic() - started < 2.0 + 4.0  # tolerates a busy machine
    assert audit(roster, cycle, result) == ()
    assert all(level.bound >= level.value for level in result.levels)
    assert len(result.matches) > 100
    assert result.cut_short


def test_timetables_are_improved_although_the_levels_use_up_their_time() -> None:
    ticks = count()
    roster, cycle = instance(replace(MANY_PLACES, coachees=40, coaches=12), 4)
    result = solve(
        roster,
        cycle,
        options=SolveOptions(time_limit_seconds=400.0, explain=False),
        input_sha256="",
        clock=lambda: float(next(ticks)),
    )
    schedule = result.levels[-1]
    assert result.cut_short
    assert schedule.bound < 100 * len(result.matches)


def test_run_with_too_short_limit_has_no_usable_result() -> None:
    roster, cycle = instance(REGION, 1)
    ticks = iter(range(0, 10_000, 10))
    with pytest.raises(NoUsableResultError, match="increase the time limit"):
        solve(
            roster,
            cycle.model_copy(update={"pins": {}}),
            options=SolveOptions(time_limit_seconds=1.0, explain=False),
            input_sha256=SHA,
            clock=lambda: float(next(ticks)),
        )


def test_cancelled_run_ends_within_a_second() -> None:
    roster, cycle = instance(TIGHT, 3)
    cancelled_at: list[float] = []
    reported: list[Progress] = []

    def cancelled() -> bool:
        if reported and reported[-1].level is ObjectiveLevel.PLACED:
            cancelled_at.append(time.monotonic())
        return bool(cancelled_at)

    with pytest.raises(CancelledError):
        solve(
            roster,
            cycle,
            options=SolveOptions(explain=False),
            input_sha256=SHA,
            clock=time.monotonic,
            report=reported.append,
            cancelled=cancelled,
        )
    assert time.monotonic() - cancelled_at[0] < 1.0


def test_run_checks_for_cancellation_at_each_person_outside_the_search() -> None:
    roster, cycle = instance(REGION, 4)
    coachees = roster.coachees + tuple(
        one.model_copy(update={"id": f"X-{one.id}"}) for one in roster.coachees
    )
    checks: Counter[Phase] = Counter()
    phases = [Phase.JUDGING]

    def count_check() -> bool:
        checks[phases[-1]] += 1
        return False

    result = solve(
        roster.model_copy(update={"coachees": coachees}),
        cycle,
        options=SolveOptions(explain=False),
        input_sha256=SHA,
        clock=time.monotonic,
        concurrency=WITH_THREADS,
        report=lambda progress: phases.append(progress.phase),
        cancelled=count_check,
    )
    assert result.unmatched
    assert checks[Phase.JUDGING] >= len(coachees) + len(roster.coaches)
    assert checks[Phase.EXPLAINING] >= len(coachees)
    assert checks[Phase.AUDITING] >= len(coachees)


def test_solver_failure_in_search_for_remedies_does_not_lose_the_plan(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    roster, cycle = instance(REGION, 4)
    few = roster.model_copy(update={"coaches": roster.coaches[:4]})

    def fail(*_: object, **__: object) -> bool:
        raise SolverError("CP-SAT returned MODEL_INVALID")

    monkeypatch.setattr(engine, "can_place_all", fail)
    failures: list[BaseException] = []
    result = solve(
        few,
        cycle,
        options=SolveOptions(),
        input_sha256=SHA,
        clock=time.monotonic,
        on_failed_search=failures.append,
    )
    assert audit(few, cycle, result) == ()
    assert result.matches == run(few, cycle).matches
    assert {type(one) for one in failures} == {SolverError}
    incomplete = [one for one in result.unmatched if not one.remedies_complete]
    assert len(incomplete) == len(failures)
    assert not any(one.remedies for one in result.unmatched)


def test_progress_reports_every_level_with_decreasing_bounds() -> None:
    roster, cycle = instance(REGION, 3)
    reported: list[Progress] = []
    solve(
        roster,
        cycle,
        options=SolveOptions(explain=False),
        input_sha256=SHA,
        clock=time.monotonic,
        concurrency=WITH_THREADS,
        report=reported.append,
    )
    phases = [one.phase for one in reported]
    assert phases == sorted(phases, key=list(Phase).index)
    for level in LISTED_LEVELS:
        bounds = [one.bound for one in reported if one.level is level and one.bound is not None]
        values = [one.value for one in reported if one.level is level and one.value is not None]
        assert bounds == sorted(bounds, reverse=True)
        assert values == sorted(values)
        assert values


def test_kept_pair_keeps_its_uids_and_most_times() -> None:
    roster, cycle = instance(REGION, 1)
    earlier = run(roster, cycle, seed=1)
    removed = earlier.matches[0].coach
    left = Roster(
        coachees=roster.coachees, coaches=tuple(c for c in roster.coaches if c.id != removed)
    )
    later = run(left, cycle, seed=2, keep=earlier)
    before = {(match.coachee, match.coach): match.sessions for match in earlier.matches}
    stayed = [match for match in later.matches if (match.coachee, match.coach) in before]
    assert len(stayed) == value(later, ObjectiveLevel.KEPT) >= len(earlier.matches) - 12
    same = 0
    for match in stayed:
        old = before[match.coachee, match.coach]
        assert [session.uid for session in match.sessions] == [session.uid for session in old]
        same += sum(
            one.start == other.start for one, other in zip(old, match.sessions, strict=True)
        )
    assert same >= 0.9 * len(stayed) * cycle.sessions.count
    assert audit(left, cycle, later, earlier) == ()


def test_impossible_pins_are_all_reported_with_their_reasons() -> None:
    roster, cycle = instance(REGION, 1)
    coach = roster.coaches[0].model_copy(update={"capacity": 1})
    roster = roster.model_copy(update={"coaches": (coach, *roster.coaches[1:])})
    able = [one.id for one in roster.coachees][:3]
    pins = {able[0]: coach.id, able[1]: coach.id, able[2]: "K-nobody"}
    with pytest.raises(ImpossiblePinsError) as caught:
        run(roster, cycle.model_copy(update={"pins": pins}))
    assert {pin.coachee for pin in caught.value.pins} == set(able)
    assert any("no coach K-nobody" in english(pin.why) for pin in caught.value.pins)
    assert any("capacity is 1" in english(pin.why) for pin in caught.value.pins)


def test_degenerate_rosters_have_results() -> None:
    roster, cycle = instance(REGION, 1)
    empty = run(Roster(coachees=(), coaches=()), cycle)
    assert empty.matches == ()
    assert empty.status == "optimal"
    no_coach = run(roster.model_copy(update={"coaches": ()}), cycle)
    assert len(no_coach.unmatched) == len(roster.coachees)
    full = tuple(coach.model_copy(update={"capacity": 0}) for coach in roster.coaches)
    no_places = run(roster.model_copy(update={"coaches": full}), cycle)
    assert {one.reason for one in no_places.unmatched} <= {
        "all-taken",
        "nobody-eligible",
        "nobody-schedulable",
    }
    dates = cycle.cycle.model_copy(update={"end": cycle.cycle.start + timedelta(20)})
    too_short = run(roster, cycle.model_copy(update={"cycle": dates}))
    assert too_short.matches == ()
    assert too_short.status == "optimal"


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_added_capacity_window_or_coach_never_places_fewer(seed: int) -> None:
    random = Random(seed)
    roster, cycle = crowded(random)
    cycle = cycle.model_copy(update={"pins": {}, "rules": Cycle(cycle=cycle.cycle).rules})
    before = value(run(roster, cycle), ObjectiveLevel.PLACED)
    place = random.randrange(len(roster.coaches))
    coach = roster.coaches[place]
    another = coach.model_copy(update={"id": "another"})
    window = WeeklyWindow(3, 540, 720)
    for change in (
        {"capacity": coach.capacity + 1},
        {"availability": (*coach.availability, window)},
        None,
    ):
        coaches = list(roster.coaches)
        if change is None:
            coaches.append(another)
        else:
            coaches[place] = coach.model_copy(update=change)
        more = roster.model_copy(update={"coaches": tuple(coaches)})
        assert value(run(more, cycle), ObjectiveLevel.PLACED) >= before


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_row_order_does_not_change_values(seed: int) -> None:
    random = Random(seed)
    roster, cycle = crowded(random)
    cycle = cycle.model_copy(update={"pins": {}})
    coachees, coaches = list(roster.coachees), list(roster.coaches)
    random.shuffle(coachees)
    random.shuffle(coaches)
    shuffled = Roster(coachees=tuple(coachees), coaches=tuple(coaches))
    levels, others = run(roster, cycle).levels[:-1], run(shuffled, cycle).levels[:-1]
    assert levels == others
