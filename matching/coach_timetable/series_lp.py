"""LP over a coach's series: a path for each coachee, coupled by shared rows.

Each coachee uses one option for each session, and the gaps between these options. This is a flow
along a path, whose polytope is integral. Rows for days, weeks and conflict cliques couple the
coachees. A column is omitted if even the cheapest series through it exceeds the cost limit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from matching.assignment.highs import LpRow
from matching.coach_timetable.day_packing import conflict_cliques, covering
from matching.coach_timetable.shortest_path import (
    INFINITE_COST,
    PathCosts,
    next_positions,
    path_costs,
)
from matching.coach_timetable.subproblem import CoachSubproblem, SessionOption, SessionOptions

AssignedOption = tuple[int, SessionOption]
"""A coachee's index in the subproblem, and one of the coachee's session options."""


@dataclass(frozen=True, slots=True)
class RowPrices:
    """Prices of shared rows, in units of `1 / scale`, for positions and for single options."""

    position: Mapping[int, int] = field(default_factory=dict)
    held: Mapping[AssignedOption, int] = field(default_factory=dict)
    scale: int = 1

    def cost_of(self, series_index: int, option: SessionOption) -> int:
        """Return an option's cost times `scale`, plus the prices of its position and the option."""
        return (
            self.scale * option.cost
            + self.position.get(option.position, 0)
            + self.held.get((series_index, option), 0)
        )


@dataclass(frozen=True, slots=True)
class SharedRow:
    """A row that couples coachees: at most `limit` of its columns can be chosen.

    The row consists of all columns at `positions` or, if this is empty, the columns of the options
    in `held`.
    """

    limit: int
    columns: list[int]
    positions: tuple[int, ...]
    held: tuple[AssignedOption, ...]


class SeriesLp:
    """Columns with values between 0 and 1, their costs, and the rows of the LP."""

    def __init__(
        self, subproblem: CoachSubproblem, price: RowPrices, max_cost: Sequence[int]
    ) -> None:
        """Build the LP; `max_cost` limits the cost of each series, including prices."""
        self.subproblem = subproblem
        self.cost: list[int] = []
        self.rows: list[LpRow] = []
        self.shared: list[SharedRow] = []
        self._held: dict[int, dict[AssignedOption, list[int]]] = {}  # by position
        for series_index, series in enumerate(subproblem.series):
            if series:
                self._path(series_index, series, price, max_cost[series_index])
        self._add_shared_rows()

    def selected_options(self, chosen: Sequence[bool]) -> tuple[SessionOptions, ...]:
        """Return the `chosen` columns as session options of each series."""
        found: list[list[SessionOption]] = [[] for _ in self.subproblem.series]
        for held in self._held.values():
            for (series_index, option), columns in held.items():
                found[series_index].extend(option for column in columns if chosen[column])
        return tuple(tuple(sorted(one, key=lambda b: b.position)) for one in found)

    def has(self, one: AssignedOption) -> bool:
        """Return whether the LP contains a column for a coachee's option."""
        return one in self._held.get(one[1].position, {})

    def forbid(self, conflict: Sequence[AssignedOption]) -> SharedRow:
        """Add, and return, a row that forbids using all options in `conflict` together."""
        columns = [column for one in conflict for column in self._columns_of(one)]
        return self._row(len(conflict) - 1, columns, (), tuple(conflict))

    def _path(
        self, series_index: int, series: Sequence[SessionOptions], price: RowPrices, max_cost: int
    ) -> None:
        cheapest: list[dict[int, int]] = []
        for options in series:
            here: dict[int, int] = {}
            for option in options:
                value = price.cost_of(series_index, option)
                here[option.position] = min(value, here.get(option.position, INFINITE_COST))
            cheapest.append(here)
        least = path_costs(self.subproblem, cheapest, price.scale)
        at = [
            self._session(series_index, options, price, max_cost, (least, place, cheapest[place]))
            for place, options in enumerate(series)
        ]
        self._add_flow_row([c for columns in at[0].values() for c in columns], [], 1)
        for place in range(len(at) - 1):
            self._gaps(at[place], at[place + 1], price.scale, max_cost, (least, place, cheapest))

    def _session(
        self,
        series_index: int,
        options: SessionOptions,
        price: RowPrices,
        max_cost: int,
        path: tuple[PathCosts, int, Mapping[int, int]],
    ) -> dict[int, list[int]]:
        """Add columns for options in series of at most `max_cost`; return them by position."""
        least, place, cheapest = path
        columns: dict[int, list[int]] = {}
        for option in options:
            position = option.position
            so_far = least.cost_to_come[place].get(position, INFINITE_COST)
            rest = least.cost_to_go[place].get(position, INFINITE_COST) - cheapest[position]
            if so_far + price.cost_of(series_index, option) + rest <= max_cost:
                column = self._column(option.cost)
                columns.setdefault(position, []).append(column)
                held = self._held.setdefault(position, {})
                held.setdefault((series_index, option), []).append(column)
        return columns

    def _gaps(
        self,
        here: Mapping[int, list[int]],
        there: Mapping[int, list[int]],
        scale: int,
        max_cost: int,
        path: tuple[PathCosts, int, Sequence[Mapping[int, int]]],
    ) -> None:
        least, place, cheapest = path
        following = sorted(there)
        leaving: dict[int, list[int]] = {position: [] for position in here}
        coming: dict[int, list[int]] = {position: [] for position in there}
        for position in here:
            so_far = least.cost_to_come[place][position] + cheapest[place][position]
            for later, gap in next_positions(self.subproblem, position, following):
                if so_far + scale * gap + least.cost_to_go[place + 1][later] <= max_cost:
                    column = self._column(gap)
                    leaving[position].append(column)
                    coming[later].append(column)
        for position, columns in leaving.items():
            self._add_flow_row(columns, here[position], 0)
        for position, columns in coming.items():
            self._add_flow_row(columns, there[position], 0)

    def _column(self, cost: int) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def _add_flow_row(self, plus: list[int], minus: list[int], value: int) -> None:
        signs = [*[1.0] * len(plus), *[-1.0] * len(minus)]
        self.rows.append((value, value, [*plus, *minus], signs))

    def _add_shared_rows(self) -> None:
        subproblem = self.subproblem
        days: dict[int, list[int]] = {}
        weeks: dict[int, list[int]] = {}
        for position in sorted(self._held):
            days.setdefault(subproblem.day[position], []).append(position)
            weeks.setdefault(subproblem.week[position], []).append(position)
        for day, positions in days.items():
            self._add_limit(positions, subproblem.day_limit[day])
        for week, positions in weeks.items():
            if week in subproblem.week_limit:
                self._add_limit(positions, subproblem.week_limit[week])
        if not subproblem.by_day:
            self._cells()
            return
        everybody_on: dict[int, list[AssignedOption]] = {}
        for position, held in self._held.items():
            everybody_on.setdefault(subproblem.day[position], []).extend(held)
        for day, everybody in everybody_on.items():
            if subproblem.day_limit[day] > 1:
                options = subproblem.day_options([option for _, option in everybody])
                for clique in conflict_cliques(*options):
                    some = tuple(everybody[place] for place in clique)
                    self._row(1, [c for one in some for c in self._columns_of(one)], (), some)

    def _columns_of(self, one: AssignedOption) -> list[int]:
        return self._held[one[1].position][one]

    def _cells(self) -> None:
        """Forbid sessions that are closer than the required spacing; positions must be starts."""
        options = [next(iter(self._held[position]))[1] for position in sorted(self._held)]
        sessions = [
            (one.starts[0], one.position, self.subproblem.end(one) - one.starts[0])
            for one in options
        ]
        for cell in covering(sessions):
            self._add_limit(cell, 1)

    def _add_limit(self, positions: Sequence[int], limit: int) -> None:
        columns = [c for p in positions for some in self._held[p].values() for c in some]
        if len(columns) > limit:
            self._row(limit, columns, tuple(positions), ())

    def _row(
        self,
        limit: int,
        columns: list[int],
        positions: tuple[int, ...],
        held: tuple[AssignedOption, ...],
    ) -> SharedRow:
        row = SharedRow(limit, columns, positions, held)
        self.shared.append(row)
        return row


def conflict_sets(
    subproblem: CoachSubproblem, timetable: Sequence[SessionOptions]
) -> Iterator[tuple[AssignedOption, ...]]:
    """Yield a minimal conflict set for each position at which the timetable does not fit."""
    on: dict[int, list[AssignedOption]] = {}
    for series_index, options in enumerate(timetable):
        for option in options:
            on.setdefault(subproblem.place(option), []).append((series_index, option))
    for group in on.values():
        if subproblem.fits([option for _, option in group]):
            continue
        core = group
        for one in group:
            rest = [other for other in core if other is not one]
            if rest and not subproblem.fits([option for _, option in rest]):
                core = rest
        yield tuple(core)
