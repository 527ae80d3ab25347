"""Converts weekly windows to a grid of checkboxes, and back."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from api.own_data import facts
from coach.availability import MINUTES_PER_DAY, WEEKDAYS, WeeklyWindow
from coach.errors import InputFault, UnusableInputError

STEPS = (30, 15)
"""The possible lengths of a cell in minutes; the shorter one is used only if windows require it."""
_FIRST, _LAST = 7 * 60, 20 * 60
_CELL = re.compile(r"(mon|tue|wed|thu|fri|sat|sun)-([0-9]{2})([0-9]{2})")


@dataclass(frozen=True, slots=True)
class Cell:
    """One checkbox: the minutes `[start_minute, start_minute + step)` of a weekday; 0 is Monday."""

    weekday: int
    start_minute: int
    free: bool

    @property
    def value(self) -> str:
        """The value of the checkbox, such as `mon-0930`."""
        hour, minute = divmod(self.start_minute, 60)
        return f"{WEEKDAYS[self.weekday].lower()}-{hour:02d}{minute:02d}"


@dataclass(frozen=True, slots=True)
class Grid:
    """The cells of a week, keyed by time of day, and their length `step` in minutes.

    `fits` is false if parts of windows are shorter than a cell; such parts are not marked as free.
    """

    step: int
    rows: tuple[tuple[Cell, ...], ...]
    fits: bool


def availability_grid(windows: Collection[WeeklyWindow]) -> Grid:
    """Return the grid from 07:00 to 20:00, extended if there are windows outside these hours."""
    bounds = [minute for one in windows for minute in (one.start_minute, one.end_minute)]
    fitting = [step for step in STEPS if all(minute % step == 0 for minute in bounds)]
    step = fitting[0] if fitting else STEPS[-1]
    first = min([_FIRST, *bounds]) // 60 * 60
    last = -(-max([_LAST, *bounds]) // 60) * 60
    free = _free_minutes(windows)
    rows = tuple(
        tuple(
            Cell(day, start, free=set(range(start, start + step)) <= free[day])
            for day in range(len(WEEKDAYS))
        )
        for start in range(first, last, step)
    )
    return Grid(step, rows, fits=bool(fitting))


def windows_of_cells(values: str, step: int) -> tuple[WeeklyWindow, ...]:
    """Return the windows that the checked cells make up, sorted by weekday and time.

    `values` contains the values of the checkboxes, separated by spaces, and `step` is the length of
    a cell in minutes. Adjoining cells form one window.

    Raises:
        UnusableInputError: a value or the length cannot come from a grid.
    """
    cells = sorted(dict.fromkeys(_cell(value, step) for value in values.split()))
    return tuple(_merged(cells, step))


def _cell(value: str, step: int) -> tuple[int, int]:
    found = _CELL.fullmatch(value)
    if found is not None and step in STEPS:
        start = int(found[2]) * 60 + int(found[3])
        if start % step == 0 and start + step <= MINUTES_PER_DAY and int(found[3]) < 60:  # noqa: PLR2004 - minutes in an hour
            return WEEKDAYS.index(found[1].capitalize()), start
    fault = facts.NOT_A_CELL(value=value[:20])
    raise UnusableInputError([InputFault("form", 1, "availability", fault)])


def _merged(cells: Collection[tuple[int, int]], step: int) -> Iterator[WeeklyWindow]:
    current: WeeklyWindow | None = None
    for day, start in cells:
        if current and (current.weekday, current.end_minute) == (day, start):
            current = WeeklyWindow(day, current.start_minute, start + step)
            continue
        if current:
            yield current
        current = WeeklyWindow(day, start, start + step)
    if current:
        yield current


def _free_minutes(windows: Collection[WeeklyWindow]) -> list[set[int]]:
    free: list[set[int]] = [set() for _ in WEEKDAYS]
    for one in windows:
        free[one.weekday].update(range(one.start_minute, one.end_minute))
    return free
