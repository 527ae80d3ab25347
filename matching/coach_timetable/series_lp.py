"""One coach's series as a linear programme: a path for each coachee, and what they share.

Each coachee takes one berth a session and the gaps between them (a flow along a path, whose own
polytope is integral); days, weeks and crowds bind all of them. Only what some timetable of a given
cost could use is in it: a berth or a gap is left out where even the cheapest series through it
costs more than there is room for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from matching.assignment.highs import Row
from matching.coach_timetable.day_packing import exclusive_on_day
from matching.coach_timetable.shortest_path import NEVER, Paths, paths, reachable
from matching.coach_timetable.subproblem import Berth, Berths, CoachTask

Held = tuple[int, Berth]
"""A coachee's place in the task, and a berth of theirs."""


@dataclass(frozen=True, slots=True)
class Price:
    """What shared rows cost: at a position whoever is there, and for one berth of a coachee."""

    position: Mapping[int, int] = field(default_factory=dict)
    held: Mapping[Held, int] = field(default_factory=dict)
    scale: int = 1

    def of(self, who: int, berth: Berth) -> int:
        """What a berth costs with its prices, in `1 / scale`."""
        return (
            self.scale * berth.cost
            + self.position.get(berth.position, 0)
            + self.held.get((who, berth), 0)
        )


@dataclass(frozen=True, slots=True)
class Shared:
    """A row that coachees share: at most `limit` of what is in it.

    `positions` are those of which everything is in it; where it is empty, `held` says what is.
    """

    limit: int
    columns: list[int]
    positions: tuple[int, ...]
    held: tuple[Held, ...]


class Programme:
    """Columns and rows; `cost` is by column, all columns are from 0 to 1."""

    def __init__(self, task: CoachTask, price: Price, room: Sequence[int]) -> None:
        """`room` is what each series may cost at most, prices included."""
        self.task = task
        self.cost: list[int] = []
        self.rows: list[Row] = []
        self.shared: list[Shared] = []
        self._held: dict[int, dict[Held, list[int]]] = {}  # by position
        for who, series in enumerate(task.series):
            if series:
                self._path(who, series, price, room[who])
        self._share()

    def taken(self, chosen: Sequence[bool]) -> tuple[Berths, ...]:
        """The berths whose columns are chosen, series by series."""
        found: list[list[Berth]] = [[] for _ in self.task.series]
        for held in self._held.values():
            for (who, berth), columns in held.items():
                found[who].extend(berth for column in columns if chosen[column])
        return tuple(tuple(sorted(one, key=lambda b: b.position)) for one in found)

    def has(self, one: Held) -> bool:
        """Whether a coachee's berth is in it."""
        return one in self._held.get(one[1].position, {})

    def forbid(self, crowd: Sequence[Held]) -> Shared:
        """Add a row: not all of these at once."""
        held = self._held[crowd[0][1].position]
        columns = [column for one in crowd for column in held[one]]
        return self._row(len(crowd) - 1, columns, (), tuple(crowd))

    def _path(self, who: int, series: Sequence[Berths], price: Price, room: int) -> None:
        cheapest: list[dict[int, int]] = []
        for berths in series:
            here: dict[int, int] = {}
            for berth in berths:
                value = price.of(who, berth)
                here[berth.position] = min(value, here.get(berth.position, NEVER))
            cheapest.append(here)
        least = paths(self.task, cheapest, price.scale)
        at = [
            self._session(who, berths, price, room, (least, place, cheapest[place]))
            for place, berths in enumerate(series)
        ]
        self._constrain([c for columns in at[0].values() for c in columns], [], 1)
        for place in range(len(at) - 1):
            self._gaps(at[place], at[place + 1], price.scale, room, (least, place, cheapest))

    def _session(
        self,
        who: int,
        berths: Berths,
        price: Price,
        room: int,
        path: tuple[Paths, int, Mapping[int, int]],
    ) -> dict[int, list[int]]:
        """Columns of one session by position."""
        least, place, cheapest = path
        columns: dict[int, list[int]] = {}
        for berth in berths:
            position = berth.position
            so_far = least.before[place].get(position, NEVER)
            rest = least.behind[place].get(position, NEVER) - cheapest[position]
            if so_far + price.of(who, berth) + rest <= room:
                column = self._column(berth.cost)
                columns.setdefault(position, []).append(column)
                held = self._held.setdefault(position, {})
                held.setdefault((who, berth), []).append(column)
        return columns

    def _gaps(
        self,
        here: Mapping[int, list[int]],
        there: Mapping[int, list[int]],
        scale: int,
        room: int,
        path: tuple[Paths, int, Sequence[Mapping[int, int]]],
    ) -> None:
        least, place, cheapest = path
        following = sorted(there)
        leaving: dict[int, list[int]] = {position: [] for position in here}
        coming: dict[int, list[int]] = {position: [] for position in there}
        for position in here:
            so_far = least.before[place][position] + cheapest[place][position]
            for later, gap in reachable(self.task, position, following):
                if so_far + scale * gap + least.behind[place + 1][later] <= room:
                    column = self._column(gap)
                    leaving[position].append(column)
                    coming[later].append(column)
        for position, columns in leaving.items():
            self._constrain(columns, here[position], 0)
        for position, columns in coming.items():
            self._constrain(columns, there[position], 0)

    def _column(self, cost: int) -> int:
        self.cost.append(cost)
        return len(self.cost) - 1

    def _constrain(self, plus: list[int], minus: list[int], value: int) -> None:
        signs = [*[1.0] * len(plus), *[-1.0] * len(minus)]
        self.rows.append((value, value, [*plus, *minus], signs))

    def _share(self) -> None:
        task = self.task
        days: dict[int, list[int]] = {}
        weeks: dict[int, list[int]] = {}
        for position in sorted(self._held):
            days.setdefault(task.day[position], []).append(position)
            weeks.setdefault(task.week[position], []).append(position)
        for day, positions in days.items():
            self._together(positions, task.day_limit[day])
        for week, positions in weeks.items():
            if week in task.week_limit:
                self._together(positions, task.week_limit[week])
        if not task.by_day:
            self._cells()
            return
        for position, held in self._held.items():
            if task.day_limit[task.day[position]] > 1:
                everybody = list(held)
                options = tuple(berth.starts for _, berth in everybody)
                for crowd in exclusive_on_day(options, task.apart):
                    some = tuple(everybody[place] for place in crowd)
                    self._row(1, [c for one in some for c in held[one]], (), some)

    def _cells(self) -> None:
        """Where positions are starts: no two within reach of each other."""
        positions = sorted(self._held)
        start = {p: next(iter(self._held[p]))[1].starts[0] for p in positions}
        first = 0
        for place, position in enumerate(positions):
            while start[positions[first]] + self.task.apart <= start[position]:
                first += 1
            self._together(positions[first : place + 1], 1)

    def _together(self, positions: Sequence[int], limit: int) -> None:
        columns = [c for p in positions for some in self._held[p].values() for c in some]
        if len(columns) > limit:
            self._row(limit, columns, tuple(positions), ())

    def _row(
        self, limit: int, columns: list[int], positions: tuple[int, ...], held: tuple[Held, ...]
    ) -> Shared:
        row = Shared(limit, columns, positions, held)
        self.shared.append(row)
        return row


def misfits(task: CoachTask, timetable: Sequence[Berths]) -> Iterator[tuple[Held, ...]]:
    """Smallest crowds of one day that do not fit it."""
    on: dict[int, list[Held]] = {}
    for who, berths in enumerate(timetable):
        for berth in berths:
            on.setdefault(berth.position, []).append((who, berth))
    for crowd in on.values():
        if task.fits([berth for _, berth in crowd]):
            continue
        core = crowd
        for one in crowd:
            rest = [other for other in core if other is not one]
            if rest and not task.fits([berth for _, berth in rest]):
                core = rest
        yield tuple(core)
