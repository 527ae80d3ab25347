"""Better series one by one: each is taken out and put back where it is best beside the others."""

from __future__ import annotations

from collections.abc import Sequence

from matching.coach_timetable.shortest_path import cheapest
from matching.coach_timetable.subproblem import Berth, Berths, CoachTask
from matching.deadline import Watch

_SWEEPS = 6


def improve(task: CoachTask, alone: Sequence[int], watch: Watch) -> tuple[Berths, ...]:
    """A timetable no single series of which can be bettered; never worse than `task.now`.

    `alone` is what each series costs where the coach has nobody else.
    """
    now = list(task.now)
    diary = _Diary(task)
    for berths in now:
        diary.add(berths)
    for _ in range(_SWEEPS):
        better = False
        for who in sorted(range(len(now)), key=lambda who: (-task.cost(now[who]), who)):
            if task.cost(now[who]) <= alone[who]:
                continue
            watch.check()
            diary.remove(now[who])
            found = cheapest(task, diary.open(task.series[who]))
            if found and found[1] < task.cost(now[who]) and diary.takes(found[0]):
                now[who] = tuple(found[0])
                better = True
            diary.add(now[who])
        if not better:
            break
    return tuple(now)


class _Diary:
    """The berths that are taken."""

    def __init__(self, task: CoachTask) -> None:
        self._task = task
        self._on: dict[int, list[Berth]] = {}
        self._day: dict[int, int] = {}
        self._week: dict[int, int] = {}

    def open(self, series: Sequence[Berths]) -> list[Berths]:
        """Of each session the berths at which it would fit beside what is taken."""
        free: dict[Berth, bool] = {}
        for berth in {berth for berths in series for berth in berths}:
            free[berth] = self._fits(berth)
        return [tuple(berth for berth in berths if free[berth]) for berths in series]

    def takes(self, berths: Sequence[Berth]) -> bool:
        """Whether a whole series fits, its own sessions counted too."""
        taken: list[Berth] = []
        fits = True
        for berth in berths:
            fits = self._fits(berth)
            if not fits:
                break
            self.add([berth])
            taken.append(berth)
        self.remove(taken)
        return fits

    def add(self, berths: Sequence[Berth]) -> None:
        """Take berths."""
        for berth in berths:
            self._on.setdefault(berth.position, []).append(berth)
            self._count(berth.position, 1)

    def remove(self, berths: Sequence[Berth]) -> None:
        """Give berths back."""
        for berth in berths:
            self._on[berth.position].remove(berth)
            if not self._on[berth.position]:
                del self._on[berth.position]
            self._count(berth.position, -1)

    def _count(self, position: int, change: int) -> None:
        day, week = self._task.day[position], self._task.week[position]
        self._day[day] = self._day.get(day, 0) + change
        self._week[week] = self._week.get(week, 0) + change

    def _fits(self, berth: Berth) -> bool:
        task = self._task
        day, week = task.day[berth.position], task.week[berth.position]
        if self._day.get(day, 0) >= task.day_limit[day]:
            return False
        if week in task.week_limit and self._week.get(week, 0) >= task.week_limit[week]:
            return False
        if task.by_day:
            return task.fits([*self._on.get(berth.position, ()), berth])
        return all(
            abs(berth.starts[0] - other.starts[0]) >= task.apart
            for taken in self._on.values()
            for other in taken
        )
