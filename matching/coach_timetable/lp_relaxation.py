"""The linear relaxation of one coach's timetable, and what it proves.

Shared rows (a day's limit, an exclusive crowd on a day, a week's cap, a grid cell, the coach's
places) have prices at the optimum. Under any prices `u >= 0`, candidates `T` can be held only if
what their cheapest series cost does not exceed what there is to sell:

    sum over i in T of cost_i(u) <= sum over rows r of u_r limit_r

(Lagrange; a row of a Benders cut for all sets of the coach at once). Prices are rounded to whole
numbers before both sides are counted, so a limit that excludes a set is exact whatever the linear
solver's tolerance. Candidates the prices were not made for get their cost when first asked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray

from matching.assignment.highs import LpRow, add_rows, create_solver, require_ok
from matching.coach_timetable.calendar import CoachCalendar, members
from matching.coach_timetable.day_cuts import DayCut, most_violated_cut
from matching.coach_timetable.day_packing import exclusive_crowds
from matching.deadline import Deadline

CandidatePosition = tuple[int, int]
"""A candidate and a position."""

UNIT = 1 << 20
_INTEGRALITY_TOLERANCE = 1e-6
_MAX_CANDIDATES = 40  # candidates a relaxation holds at once
_ROUNDS = 8  # of adding rows that a solution breaks


class LagrangianCut:
    """`sum of weight(i) over a set <= total` for every set the coach can hold.

    In parts of 2^-20 of the unit the prices were in.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        price: Sequence[int],
        day_cuts: Sequence[tuple[int, DayCut]],
        *,
        each: int,
        total: int,
    ) -> None:
        """Of prices: `price` of each position, `each` of a place, `total` of all there is to sell.

        `day_cuts` are rows of single days with their prices.
        """
        self._calendar = calendar
        self._price = price
        self._day_cuts: dict[int, list[tuple[int, DayCut]]] = {}
        for worth, row in day_cuts:
            self._day_cuts.setdefault(row.position, []).append((worth, row))
        self._each = each
        self.total = total
        self._weights: dict[int, int] = {}

    def excludes(self, wanted: int) -> bool:
        """Whether the limit proves that `wanted` cannot be held."""
        return sum(self.weight(one) for one in members(wanted)) > self.total

    def weight(self, candidate: int) -> int:
        """What the cheapest series of a candidate costs, and their place."""
        if candidate not in self._weights:
            self._weights[candidate] = self._each + self._cheapest(candidate)
        return self._weights[candidate]

    def _cheapest(self, candidate: int) -> int:
        """Cost of the cheapest series, by dynamic programming backwards over the chain."""
        chain = self._calendar.candidate(candidate).chain
        low, high = self._calendar.low, self._calendar.high
        costs = {
            position: self._price[position]
            + sum(
                worth * row.coefficient(candidate)
                for worth, row in self._day_cuts.get(position, ())
            )
            for position in self._calendar.candidate(candidate).starts
        }
        best: dict[int, int] = {}
        for number in reversed(chain):
            reached = sorted(best)
            here: dict[int, int] = {}
            for position in number:
                cost = costs[position]
                if best:
                    cost += min(
                        best[after] for after in reached if low[position] <= after < high[position]
                    )
                here[position] = cost
            best = here
        return min(best.values(), default=0)


@dataclass(frozen=True, eq=False)
class _SharedRow:
    """A row that candidates share: who may be where, and how many of them.

    Either `everybody` holds the positions at which the row binds any candidate, or the row is one
    of a single day.
    """

    pairs: list[CandidatePosition]
    limit: int
    everybody: list[int]
    day_cut: DayCut | None = None


class LpRelaxation:
    """The relaxation over the candidates it was last asked about, growing as it is asked."""

    def __init__(self, calendar: CoachCalendar) -> None:
        self._calendar = calendar
        self._members: list[int] = []

    def decide(
        self, wanted: Sequence[int], deadline: Deadline
    ) -> LagrangianCut | dict[int, list[int]] | None:
        """A limit that excludes `wanted`, or whole series for them, or neither (`None`).

        Raises:
            CancelledError, OutOfTimeError: as `Deadline.check`.
        """
        self._ensure_candidates(wanted, deadline)
        self._maximise(dict.fromkeys(wanted, 1.0), len(wanted) - _INTEGRALITY_TOLERANCE, deadline)
        solution = self._solver.getSolution()
        if self._solver.getObjectiveValue() > len(wanted) - _INTEGRALITY_TOLERANCE:
            return self._integral_series(np.asarray(solution.col_value), wanted)
        limit = self._cut(np.asarray(solution.row_dual))
        return limit if limit.excludes(sum(1 << one for one in wanted)) else None

    def cut_for(self, worth: Mapping[int, float], deadline: Deadline) -> LagrangianCut | None:
        """The limit that bounds best what a set is worth; `None` for too many candidates.

        Raises:
            CancelledError, OutOfTimeError: as `Deadline.check`.
        """
        if len(worth) > _MAX_CANDIDATES:
            return None
        self._ensure_candidates(sorted(worth), deadline)
        self._maximise(worth, 0.0, deadline)
        return self._cut(np.asarray(self._solver.getSolution().row_dual))

    def _ensure_candidates(self, wanted: Sequence[int], deadline: Deadline) -> None:
        if not set(wanted) <= set(self._members):
            wider = sorted({*self._members, *wanted})
            self._members = []  # nobody is held where the run ends in between
            self._build(wider if len(wider) <= _MAX_CANDIDATES else sorted(wanted), deadline)

    def _maximise(self, worth: Mapping[int, float], needed: float, deadline: Deadline) -> None:
        """Solve, with rows of days added while some are broken and the value is above `needed`."""
        costs = np.array([worth.get(one, 0.0) for one in self._members])
        index = np.arange(len(costs), dtype=np.int32)
        self._solver.changeColsCost(len(costs), index, costs)
        self._run(deadline)
        for _ in range(_ROUNDS):
            if self._solver.getObjectiveValue() <= needed or not self._add_violated_cuts(deadline):
                return
            self._run(deadline)

    def _run(self, deadline: Deadline) -> None:
        """Solve; a solver that is still at it when the run has to end is not used again."""
        solver, members = self._solver, self._members
        self._members = []
        require_ok(deadline.run_interruptible(solver.run, lambda: None))
        self._members = members

    def _add_violated_cuts(self, deadline: Deadline) -> bool:
        """Add the row that the present solution breaks most on each day; whether there was any."""
        calendar = self._calendar
        if not calendar.by_day:
            return False
        values = np.asarray(self._solver.getSolution().col_value)
        load: dict[int, dict[int, float]] = {}
        for (one, position), columns in self._columns.items():
            there = sum(float(values[column]) for column in columns)
            if (
                there > _INTEGRALITY_TOLERANCE
                and calendar.day_limit[calendar.position_day[position]] > 1
            ):
                load.setdefault(position, {})[one] = there
        added = []
        for position, loads in load.items():
            deadline.check()
            row = most_violated_cut(calendar, position, loads)
            if row is not None:
                added.append(self._add_day_cut(row))
        self._shared.extend(added)
        add_rows(self._solver, [self._row_of(row) for row in added])
        return bool(added)

    def _add_day_cut(self, row: DayCut) -> _SharedRow:
        pairs = [
            (one, row.position)
            for one in self._members
            if (one, row.position) in self._columns and row.coefficient(one)
        ]
        return _SharedRow(pairs, row.limit, [], row)

    def _row_of(self, shared: _SharedRow) -> LpRow:
        columns, values = [], []
        for pair in shared.pairs:
            columns.extend(self._columns[pair])
            value = shared.day_cut.coefficient(pair[0]) if shared.day_cut else 1
            values.extend([float(value)] * len(self._columns[pair]))
        return -highspy.kHighsInf, float(shared.limit), columns, values

    def _build(self, candidates: list[int], deadline: Deadline) -> None:
        self._at: list[tuple[int, int]] = []  # candidate and position of each session column
        self._columns: dict[tuple[int, int], list[int]] = {}
        rows: list[LpRow] = []
        for place, candidate in enumerate(candidates):
            deadline.check()
            self._series(place, candidate, rows, len(candidates))
        deadline.check()
        self._first_shared = len(rows)
        self._shared: list[_SharedRow] = []
        self._add_shared_rows()
        everybody = list(range(len(candidates)))
        rows.append(
            (
                -highspy.kHighsInf,
                float(self._calendar.max_coachees),
                everybody,
                [1.0] * len(everybody),
            )
        )
        rows.extend(map(self._row_of, self._shared))
        self._solver = create_solver()
        size = len(candidates) + len(self._at)
        self._solver.addVars(size, np.zeros(size), np.ones(size))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        add_rows(self._solver, rows)
        self._members = candidates

    def _series(self, place: int, candidate: int, rows: list[LpRow], candidates: int) -> None:
        low, high = self._calendar.low, self._calendar.high
        before: list[int] = []
        earlier: tuple[int, ...] = ()
        for positions in self._calendar.candidate(candidate).chain:
            first = candidates + len(self._at)
            here = list(range(first, first + len(positions)))
            for position, column in zip(positions, here, strict=True):
                self._at.append((candidate, position))
                self._columns.setdefault((candidate, position), []).append(column)
            rows.append((0.0, 0.0, [*here, place], [*[1.0] * len(here), -1.0]))
            for end, position in enumerate(positions if before else ()):
                allowing = sum(low[one] <= position for one in earlier)
                if allowing < len(before):
                    rows.append(_at_most(here[: end + 1], before[:allowing]))
            for end, one in enumerate(earlier):
                reached = sum(position < high[one] for position in positions)
                if reached < len(here):
                    rows.append(_at_most(before[: end + 1], here[:reached]))
            before, earlier = here, positions

    def _add_shared_rows(self) -> None:
        calendar = self._calendar
        on: dict[int, list[CandidatePosition]] = {}
        for pair in self._columns:
            on.setdefault(pair[1], []).append(pair)

        def together(key: list[int], limit: dict[int, int]) -> None:
            """A row for the positions with one value of `key`."""
            groups: dict[int, list[int]] = {}
            for position, value in enumerate(key):
                groups.setdefault(value, []).append(position)
            for value, positions in groups.items():
                self._row(
                    [p for one in positions for p in on.get(one, ())], limit[value], positions
                )

        together(calendar.position_day, calendar.day_limit)
        if calendar.week_can_bind:
            together(calendar.position_week, calendar.week_limit)
        if not calendar.by_day:
            self._cells(on)
            return
        for position, pairs in on.items():
            if calendar.day_limit[calendar.position_day[position]] > 1:
                options = tuple(calendar.candidate(one).starts[position] for one, _ in pairs)
                for crowd in exclusive_crowds(options, calendar.spacing_minutes):
                    exclusive = DayCut(calendar, position, {pairs[p][0]: 1 for p in crowd}, 1)
                    self._shared.append(_SharedRow([pairs[p] for p in crowd], 1, [], exclusive))

    def _cells(self, on: dict[int, list[CandidatePosition]]) -> None:
        starts, first = self._calendar.position_start, 0
        for position, start in enumerate(starts):
            while starts[first] + self._calendar.spacing_minutes <= start:
                first += 1
            near = list(range(first, position + 1))
            self._row([pair for one in near for pair in on.get(one, ())], 1, near)

    def _row(self, pairs: list[CandidatePosition], limit: int, everybody: list[int]) -> None:
        if len(pairs) > limit:
            self._shared.append(_SharedRow(pairs, limit, everybody))

    def _integral_series(
        self, values: NDArray[np.float64], wanted: Sequence[int]
    ) -> dict[int, list[int]] | None:
        theirs = np.array([candidate in wanted for candidate, _ in self._at])
        sessions = np.where(theirs, values[len(self._members) :], 0.0)
        if np.abs(sessions - np.round(sessions)).max(initial=0.0) > _INTEGRALITY_TOLERANCE:
            return None
        placed: dict[int, list[int]] = {one: [] for one in wanted}
        for column in np.flatnonzero(np.round(sessions)).tolist():
            candidate, position = self._at[column]
            placed[candidate].append(position)
        fits = all(
            self._calendar.fits(position, tuple(o for o in placed if position in placed[o]))
            for position in {position for series in placed.values() for position in series}
        )
        return {one: sorted(series) for one, series in placed.items()} if fits else None

    def _cut(self, duals: NDArray[np.float64]) -> LagrangianCut:
        calendar = self._calendar
        price = [0] * calendar.positions
        day_cuts: list[tuple[int, DayCut]] = []
        places, *shared = duals[self._first_shared :].tolist()
        each = round(max(0.0, places) * UNIT)
        total = each * calendar.max_coachees
        for row, dual in zip(self._shared, shared, strict=True):
            worth = round(max(0.0, dual) * UNIT)
            if not worth:
                continue
            total += worth * row.limit
            for position in row.everybody:
                price[position] += worth
            if row.day_cut:
                day_cuts.append((worth, row.day_cut))
        return LagrangianCut(calendar, price, day_cuts, each=each, total=total)


def _at_most(these: list[int], those: list[int]) -> LpRow:
    """As many of `these` as of `those` at most."""
    return (
        -highspy.kHighsInf,
        0.0,
        [*these, *those],
        [*[1.0] * len(these), *[-1.0] * len(those)],
    )
