"""Columns and rows of the LP over series, conflicts on a day, and errors of CP-SAT."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
from ortools.sat.python import cp_model

from matching.coach_timetable.best_timetable import best_timetable
from matching.coach_timetable.cp_sat import create_cp_sat_solver, status_of
from matching.coach_timetable.series_lp import RowPrices, SeriesLp, conflict_sets
from matching.coach_timetable.subproblem import CoachIncumbent, CoachSubproblem, SessionOption
from matching.deadline import SolverError
from tests.matching.plans import never

EARLY, LATE = SessionOption(0, (540, 570), 0), SessionOption(0, (690,), 0)


def one_day(*sessions: SessionOption) -> CoachSubproblem:
    """Return the subproblem of a coach with one day, a limit of 3, and these 90-minute sessions."""
    return CoachSubproblem(
        spacing_minutes=90,
        by_day=True,
        day=(0,),
        week=(0,),
        low=(1,),
        high=(1,),
        day_limit={0: 3},
        week_limit={},
        gaps=(),
        series=tuple(((one,),) for one in sessions),
        initial=tuple((one,) for one in sessions),
    )


@pytest.mark.parametrize(
    ("sessions", "conflict"),
    [((EARLY, LATE), None), ((EARLY, LATE, EARLY), {0, 2}), ((LATE, LATE, EARLY), {0, 1})],
)
def test_conflict_on_a_day_is_reduced_to_the_sessions_that_cannot_be_combined(
    sessions: tuple[SessionOption, ...], conflict: set[int] | None
) -> None:
    subproblem = one_day(*sessions)
    found = [{one for one, _ in group} for group in conflict_sets(subproblem, subproblem.initial)]
    assert found == ([] if conflict is None else [conflict])


def test_forbidden_conflict_becomes_a_row_over_its_options() -> None:
    subproblem = one_day(EARLY, LATE, EARLY)
    series_lp = SeriesLp(subproblem, RowPrices(), [0, 0, 0])
    row = series_lp.forbid([(0, EARLY), (2, EARLY)])
    assert series_lp.shared[-1] is row
    assert row.limit == 1
    chosen = [column in row.columns for column in range(len(series_lp.cost))]
    assert series_lp.selected_options(chosen) == ((EARLY,), (), (EARLY,))


def test_only_options_within_the_cost_limit_have_columns() -> None:
    dear = replace(EARLY, cost=5)
    subproblem = replace(one_day(EARLY), series=(((EARLY, dear),),))
    series_lp = SeriesLp(subproblem, RowPrices(), [4])
    assert series_lp.has((0, EARLY))
    assert not series_lp.has((0, dear))
    assert not series_lp.has((0, replace(EARLY, position=1)))


@pytest.mark.parametrize(("most", "costs"), [(3, [0, 0, 3]), (2, [])])
def test_gap_of_a_series_that_costs_as_much_as_allowed_has_a_column(
    most: int, costs: list[int]
) -> None:
    first, second = EARLY, replace(EARLY, position=1)
    subproblem = replace(
        one_day(),
        day=(0, 1),
        low=(1, 2),
        high=(2, 2),
        day_limit={0: 3, 1: 3},
        gaps=(0, 3),
        series=(((first,), (second,)),),
    )
    path = SeriesLp(replace(subproblem, week=(0, 0)), RowPrices(), [most])
    assert sorted(path.cost) == costs


def test_starts_closer_than_the_spacing_exclude_each_other() -> None:
    starts = (540, 570, 630, 660)
    options = tuple(SessionOption(place, (start,), 0) for place, start in enumerate(starts))
    subproblem = replace(
        one_day(),
        by_day=False,
        day=(0,) * 4,
        week=(0,) * 4,
        low=(4,) * 4,
        high=(4,) * 4,
        series=((options,), (options,)),
    )
    rows = [row for row in SeriesLp(subproblem, RowPrices(), [0, 0]).shared if row.limit == 1]
    exclusive = {pair for row in rows for pair in combinations(row.positions, 2)}
    assert exclusive == {(0, 1), (1, 2), (2, 3)}


def test_invalid_model_is_an_error_and_not_an_answer() -> None:
    model = cp_model.CpModel()
    huge = model.new_int_var(-(1 << 62), 1 << 62, "")
    model.add(huge * (1 << 61) <= 5)
    with pytest.raises(SolverError, match="MODEL_INVALID"):
        status_of(create_cp_sat_solver(0, 1.0), model, never)


def test_three_sessions_that_fit_only_in_pairs_are_spread_over_two_days() -> None:
    """The LP first schedules all three on the cheap day, where no two of them conflict."""
    cheap, dear = SessionOption(0, (540, 630), 0), SessionOption(1, (540, 630, 720), 5)
    subproblem = replace(
        one_day(cheap, cheap, cheap),
        day=(0, 1),
        week=(0, 0),
        low=(2, 2),
        high=(2, 2),
        day_limit={0: 3, 1: 3},
        series=(((cheap, dear),),) * 3,
        initial=((dear,),) * 3,
    )
    found = best_timetable(subproblem, CoachIncumbent(subproblem.initial, 15, 0), never, effort=1.0)
    assert (found.cost, found.bound) == (5, 5)
    assert sorted(one.position for (one,) in found.timetable) == [0, 0, 1]
