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

from matching.assignment.highs import Row, add_rows, quiet_solver, sure
from matching.coach_timetable.calendar import CoachCalendar, members
from matching.coach_timetable.day_cuts import DayRow, broken_row
from matching.coach_timetable.day_packing import exclusive_on_day
from matching.deadline import Watch

Pair = tuple[int, int]
"""A candidate and a position."""

UNIT = 1 << 20
_WHOLE = 1e-6
_WIDEST = 40  # candidates a relaxation holds at once
_ROUNDS = 8  # of adding rows that a solution breaks


class Limit:
    """`sum of weight(i) over a set <= total` for every set the coach can hold.

    In parts of 2^-20 of the unit the prices were in.
    """

    def __init__(
        self,
        calendar: CoachCalendar,
        price: Sequence[int],
        day_rows: Sequence[tuple[int, DayRow]],
        *,
        each: int,
        total: int,
    ) -> None:
        """Of prices: `price` of each position, `each` of a place, `total` of all there is to sell.

        `day_rows` are rows of single days with their prices.
        """
        self._calendar = calendar
        self._price = price
        self._day_rows: dict[int, list[tuple[int, DayRow]]] = {}
        for worth, row in day_rows:
            self._day_rows.setdefault(row.position, []).append((worth, row))
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
                for worth, row in self._day_rows.get(position, ())
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
class _Shared:
    """A row that candidates share: who may be where, and how many of them.

    Either `everybody` holds the positions at which the row binds any candidate, or the row is one
    of a single day.
    """

    pairs: list[Pair]
    limit: int
    everybody: list[int]
    day_row: DayRow | None = None


class Relaxation:
    """The relaxation over the candidates it was last asked about, growing as it is asked."""

    def __init__(self, calendar: CoachCalendar) -> None:
        self._calendar = calendar
        self._members: list[int] = []

    def test(self, wanted: Sequence[int], watch: Watch) -> Limit | dict[int, list[int]] | None:
        """A limit that excludes `wanted`, or whole series for them, or neither (`None`).

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`.
        """
        self._hold(wanted, watch)
        self._maximise(dict.fromkeys(wanted, 1.0), len(wanted) - _WHOLE, watch)
        solution = self._solver.getSolution()
        if self._solver.getObjectiveValue() > len(wanted) - _WHOLE:
            return self._whole(np.asarray(solution.col_value), wanted)
        limit = self._limit(np.asarray(solution.row_dual))
        return limit if limit.excludes(sum(1 << one for one in wanted)) else None

    def limit_for(self, worth: Mapping[int, float], watch: Watch) -> Limit | None:
        """The limit that bounds best what a set is worth; `None` for too many candidates.

        Raises:
            CancelledError, OutOfTimeError: as `Watch.check`.
        """
        if len(worth) > _WIDEST:
            return None
        self._hold(sorted(worth), watch)
        self._maximise(worth, 0.0, watch)
        return self._limit(np.asarray(self._solver.getSolution().row_dual))

    def _hold(self, wanted: Sequence[int], watch: Watch) -> None:
        if not set(wanted) <= set(self._members):
            wider = sorted({*self._members, *wanted})
            self._members = []  # nobody is held where the run ends in between
            self._build(wider if len(wider) <= _WIDEST else sorted(wanted), watch)

    def _maximise(self, worth: Mapping[int, float], needed: float, watch: Watch) -> None:
        """Solve, with rows of days added while some are broken and the value is above `needed`."""
        costs = np.array([worth.get(one, 0.0) for one in self._members])
        index = np.arange(len(costs), dtype=np.int32)
        self._solver.changeColsCost(len(costs), index, costs)
        self._run(watch)
        for _ in range(_ROUNDS):
            if self._solver.getObjectiveValue() <= needed or not self._add_broken(watch):
                return
            self._run(watch)

    def _run(self, watch: Watch) -> None:
        """Solve; a solver that is still at it when the run has to end is not used again."""
        solver, members = self._solver, self._members
        self._members = []
        sure(watch.call(solver.run, lambda: None))
        self._members = members

    def _add_broken(self, watch: Watch) -> bool:
        """Add the row that the present solution breaks most on each day; whether there was any."""
        calendar = self._calendar
        if not calendar.by_day:
            return False
        values = np.asarray(self._solver.getSolution().col_value)
        load: dict[int, dict[int, float]] = {}
        for (one, position), columns in self._columns.items():
            there = sum(float(values[column]) for column in columns)
            if there > _WHOLE and calendar.day_limit[calendar.position_day[position]] > 1:
                load.setdefault(position, {})[one] = there
        added = []
        for position, loads in load.items():
            watch.check()
            row = broken_row(calendar, position, loads)
            if row is not None:
                added.append(self._day_row(row))
        self._shared.extend(added)
        add_rows(self._solver, [self._lines(row) for row in added])
        return bool(added)

    def _day_row(self, row: DayRow) -> _Shared:
        pairs = [
            (one, row.position)
            for one in self._members
            if (one, row.position) in self._columns and row.coefficient(one)
        ]
        return _Shared(pairs, row.limit, [], row)

    def _lines(self, shared: _Shared) -> Row:
        columns, values = [], []
        for pair in shared.pairs:
            columns.extend(self._columns[pair])
            value = shared.day_row.coefficient(pair[0]) if shared.day_row else 1
            values.extend([float(value)] * len(self._columns[pair]))
        return -highspy.kHighsInf, float(shared.limit), columns, values

    def _build(self, candidates: list[int], watch: Watch) -> None:
        self._at: list[tuple[int, int]] = []  # candidate and position of each session column
        self._columns: dict[tuple[int, int], list[int]] = {}
        rows: list[Row] = []
        for place, candidate in enumerate(candidates):
            watch.check()
            self._series(place, candidate, rows, len(candidates))
        watch.check()
        self._first_shared = len(rows)
        self._shared: list[_Shared] = []
        self._share()
        everybody = list(range(len(candidates)))
        rows.append(
            (-highspy.kHighsInf, float(self._calendar.most), everybody, [1.0] * len(everybody))
        )
        rows.extend(map(self._lines, self._shared))
        self._solver = quiet_solver()
        size = len(candidates) + len(self._at)
        self._solver.addVars(size, np.zeros(size), np.ones(size))
        self._solver.changeObjectiveSense(highspy.ObjSense.kMaximize)
        add_rows(self._solver, rows)
        self._members = candidates

    def _series(self, place: int, candidate: int, rows: list[Row], candidates: int) -> None:
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

    def _share(self) -> None:
        calendar = self._calendar
        on: dict[int, list[Pair]] = {}
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
                for crowd in exclusive_on_day(options, calendar.apart):
                    exclusive = DayRow(calendar, position, {pairs[p][0]: 1 for p in crowd}, 1)
                    self._shared.append(_Shared([pairs[p] for p in crowd], 1, [], exclusive))

    def _cells(self, on: dict[int, list[Pair]]) -> None:
        starts, first = self._calendar.position_start, 0
        for position, start in enumerate(starts):
            while starts[first] + self._calendar.apart <= start:
                first += 1
            near = list(range(first, position + 1))
            self._row([pair for one in near for pair in on.get(one, ())], 1, near)

    def _row(self, pairs: list[Pair], limit: int, everybody: list[int]) -> None:
        if len(pairs) > limit:
            self._shared.append(_Shared(pairs, limit, everybody))

    def _whole(
        self, values: NDArray[np.float64], wanted: Sequence[int]
    ) -> dict[int, list[int]] | None:
        theirs = np.array([candidate in wanted for candidate, _ in self._at])
        sessions = np.where(theirs, values[len(self._members) :], 0.0)
        if np.abs(sessions - np.round(sessions)).max(initial=0.0) > _WHOLE:
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

    def _limit(self, duals: NDArray[np.float64]) -> Limit:
        calendar = self._calendar
        price = [0] * calendar.positions
        day_rows: list[tuple[int, DayRow]] = []
        places, *shared = duals[self._first_shared :].tolist()
        each = round(max(0.0, places) * UNIT)
        total = each * calendar.most
        for row, dual in zip(self._shared, shared, strict=True):
            worth = round(max(0.0, dual) * UNIT)
            if not worth:
                continue
            total += worth * row.limit
            for position in row.everybody:
                price[position] += worth
            if row.day_row:
                day_rows.append((worth, row.day_row))
        return Limit(calendar, price, day_rows, each=each, total=total)


def _at_most(these: list[int], those: list[int]) -> Row:
    """As many of `these` as of `those` at most."""
    return (
        -highspy.kHighsInf,
        0.0,
        [*these, *those],
        [*[1.0] * len(these), *[-1.0] * len(those)],
    )
