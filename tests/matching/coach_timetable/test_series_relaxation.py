"""The relaxation over whole series, compared with brute force and with the one over sessions."""

from __future__ import annotations

from functools import cache
from itertools import combinations
from random import Random

import highspy
import numpy as np
import pytest

from matching.assignment.highs import add_rows, create_highs_solver
from matching.coach_timetable.calendar import CoachCalendar
from matching.coach_timetable.cheapest_series import CheapestSeries
from matching.coach_timetable.feasibility_and_pricing import CoachOracle
from matching.coach_timetable.insertion_heuristic import extend_timetable
from matching.coach_timetable.lagrangian_cut import LagrangianCut
from matching.coach_timetable.model import Placed, TimetableModel, occupants_of_days
from matching.coach_timetable.negotiated_congestion import SHORT_EFFORT, negotiate
from matching.coach_timetable.positions import members
from matching.coach_timetable.relaxation_rows import RelaxationRows
from matching.coach_timetable.series_relaxation import SeriesRelaxation
from tests.bench.instances import TIGHT, instance
from tests.matching.brute_force import can_hold
from tests.matching.crowded import crowded
from tests.matching.one_coach import calendars, chains, tuesdays, with_contracting
from tests.matching.plans import never
from tests.matching.problem import problem_of


def _scarce(seed: int) -> list[CoachCalendar]:
    """Return the calendars of small instances, half of them with contracting sessions."""
    random = Random(seed)
    roster, cycle = crowded(random)
    if random.random() < 1 / 2:
        roster, cycle = with_contracting(roster, cycle, random.choice((0, 1, 3)))
    return [calendar for calendar in calendars(roster, cycle) if calendar.by_day]


@cache
def _busy(seed: int) -> CoachCalendar:
    """Return the calendar, with contracting sessions, of a coach with many candidates."""
    random = Random(seed)
    problem = problem_of(*with_contracting(*instance(TIGHT, seed), 3))
    busy = [coach for coach, pairs in enumerate(problem.by_coach) if len(pairs) >= 5]
    coach = random.choice(busy)
    return CoachCalendar(problem, coach, problem.coachee[problem.by_coach[coach]].tolist())


def _assert_fits(calendar: CoachCalendar, placed: Placed) -> None:
    for one, positions in placed.items():
        assert positions in chains(calendar, one) or not positions
    for home, group in occupants_of_days(calendar, placed).items():
        assert calendar.fits(home, group)


@pytest.mark.parametrize("seed", range(40))
def test_cheapest_series_cost_no_more_than_any_other(seed: int) -> None:
    for calendar in _scarce(seed):
        everybody = range(len(calendar.coachees))
        shape = len(everybody), calendar.positions
        costs = np.random.default_rng(seed).integers(0, 100, shape)
        paths = CheapestSeries(calendar, everybody)
        for one, cost in zip(everybody, paths.solve(costs), strict=True):
            least = min(costs[one][chain].sum() for chain in chains(calendar, one))
            assert cost == least == costs[one][list(paths.series(one))].sum()


@pytest.mark.parametrize("seed", range(60))
def test_relaxation_never_contradicts_brute_force(seed: int) -> None:
    random = Random(seed)
    roster, cycle = with_contracting(*crowded(random), random.choice((0, 1, 3)))
    for calendar in calendars(roster, cycle):
        if not calendar.by_day:
            continue
        coach = roster.coaches[calendar.coach]
        oracle, relaxation = CoachOracle(calendar), SeriesRelaxation(calendar)
        for some in range(1, 1 << len(calendar.coachees)):
            wanted = members(some)
            people = [roster.coachees[calendar.coachees[one]] for one in wanted]
            possible = len(people) <= coach.capacity and can_hold(coach, people, cycle)
            assert oracle.can_hold(some, never) == possible
            answer = relaxation.decide(wanted, never)
            assert not (isinstance(answer, LagrangianCut) and possible)
            if isinstance(answer, dict):
                _assert_fits(calendar, answer)
                assert possible or len(people) > coach.capacity


def test_sessions_that_do_not_fit_on_a_day_are_no_timetable_without_day_cuts() -> None:
    # There is room for three sessions on the day, and any two of the first three coachees fit.
    windows = [(540, 660), (540, 660), (570, 690), (540, 720)]
    calendar = tuesdays(windows, 1, 1, minutes=60, buffer_minutes=0, grid_minutes=30)
    assert SeriesRelaxation(calendar).decide([0, 1, 3], never, separates=False)
    assert SeriesRelaxation(calendar).decide([0, 1, 2], never, separates=False) is None
    assert isinstance(SeriesRelaxation(calendar).decide([0, 1, 2], never), LagrangianCut)


def _optimum(calendar: CoachCalendar, profit: dict[int, float]) -> float:
    """Return the optimum of the relaxation over sessions."""
    rows, solver = RelaxationRows(calendar, list(profit)), create_highs_solver()
    costs = np.zeros(rows.size)
    costs[: len(profit)] = list(profit.values())
    solver.addVars(rows.size, np.zeros(rows.size), np.ones(rows.size))
    solver.changeColsCost(rows.size, np.arange(rows.size, dtype=np.int32), costs)
    solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
    add_rows(solver, rows.rows())
    solver.run()
    return solver.getObjectiveValue()


@pytest.mark.parametrize("seed", range(4))
def test_bounds_are_optima_of_the_relaxation_over_sessions(seed: int) -> None:
    calendar, random = _busy(seed), Random(seed)
    relaxation = SeriesRelaxation(calendar)
    for _ in range(4):
        some = random.sample(range(len(calendar.coachees)), 5)
        profit = {one: random.uniform(0.1, 1.0) for one in some}
        cut = relaxation.cut_for(profit, never)
        assert cut is not None
        assert cut.bound(profit) == pytest.approx(_optimum(calendar, profit), rel=1e-4)
        for one in some:  # the weights, computed one by one
            alone = LagrangianCut(
                calendar,
                cut._price,  # noqa: SLF001
                [pair for pairs in cut._day_cuts.values() for pair in pairs],  # noqa: SLF001
                each=cut._each,  # noqa: SLF001
                total=cut.total,
            )
            assert alone.weight(one) == cut.weight(one)


def test_bound_counts_both_sessions_of_a_pair_on_one_day() -> None:
    # Each of three days has room for five sessions. A series begins with two on the first day and
    # one on the second, or two on the second and one on the third: 2a <= 5 and a + 2b <= 5.
    gaps = {"max_gap_days": 7, "contracting_gap_days": (0, 0), "contracting_minutes": 30}
    lengths = {"minutes": 30, "buffer_minutes": 0, "grid_minutes": 30}
    calendar = tuesdays([(540, 720)] * 5, 3, 2, **lengths, **gaps)
    profit = dict.fromkeys(range(5), 1.0)
    cut = SeriesRelaxation(calendar).cut_for(profit, never)
    assert cut is not None
    assert cut.bound(profit) == pytest.approx(2.5 + 1.25)


@pytest.mark.parametrize("seed", range(4))
def test_search_for_a_bound_ends_at_the_threshold(seed: int) -> None:
    calendar = _busy(seed)
    profit = dict.fromkeys(range(5), 1.0)
    exact = SeriesRelaxation(calendar).cut_for(profit, never)
    early = SeriesRelaxation(calendar).cut_for(profit, never, 5.0)
    assert exact is not None
    assert early is not None
    assert exact.bound(profit) <= early.bound(profit) <= 5.0


@pytest.mark.parametrize("seed", range(4))
def test_known_timetables_are_extended(seed: int) -> None:
    """Timetables extended from a smaller set are valid, and are found only if one exists."""
    calendar = _busy(seed)
    extended = 0
    for wanted in list(combinations(range(6), 3))[:12]:
        known = TimetableModel(calendar, wanted[:2], required=True).solve(never)
        if known is None:
            continue
        possible = TimetableModel(calendar, wanted, required=True).solve(never) is not None
        for found in (
            extend_timetable(calendar, known, wanted),
            negotiate(calendar, {}, wanted, SHORT_EFFORT, known=known),
        ):
            if found is not None:
                assert possible
                assert sorted(found) == sorted(wanted)
                _assert_fits(calendar, found)
                extended += 1
    assert extended > 0
