"""The availability grid and the busy times, formatted for templates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby

from api.own_data import facts
from api.own_data.busy_times import BusyTimes
from api.own_data.grid import Cell, Grid
from api.web.date_formats import format_date
from coach.availability import WEEKDAYS
from coach.texts.facts import Displayed, Fact

_ANY_DAY = datetime(2027, 1, 18)  # noqa: DTZ001 - only its times of day are shown


@dataclass(frozen=True, slots=True)
class GridCell:
    """A checkbox with its accessible name."""

    cell: Cell
    label: Fact


@dataclass(frozen=True, slots=True)
class GridLine:
    """A row of the grid: its time of day, whether that is on the hour, and its cells."""

    time: str
    full_hour: bool
    cells: tuple[GridCell, ...]


@dataclass(frozen=True, slots=True)
class BusyDay:
    """A day with busy times, each as the value of its checkbox and as text."""

    day: Displayed
    times: tuple[tuple[str, str], ...]


def busy_days(busy: BusyTimes) -> tuple[BusyDay, ...]:
    """Return busy times grouped by day."""
    parts = [(key, *key.split("T")) for key in busy.times]
    return tuple(
        BusyDay(
            format_date(date.fromisoformat(day)),
            tuple((key, time.replace("-", "\N{EN DASH}")) for key, _, time in times),
        )
        for day, times in groupby(parts, key=lambda part: part[1])
    )


def weekday_labels() -> tuple[Fact, ...]:
    """Return the abbreviations of the weekdays, starting with Monday."""
    return tuple(facts.WEEKDAY_ALONE(weekday=number) for number in range(len(WEEKDAYS)))


def grid_lines(grid: Grid) -> tuple[GridLine, ...]:
    """Return the rows of a grid."""
    return tuple(
        GridLine(
            time=f"{_time(row[0].start_minute):%H:%M}",
            full_hour=row[0].start_minute % 60 == 0,
            cells=tuple(GridCell(cell, _label(cell, grid.step)) for cell in row),
        )
        for row in grid.rows
    )


def _label(cell: Cell, step: int) -> Fact:
    return facts.CELL(
        weekday=cell.weekday,
        start=_time(cell.start_minute),
        end=_time(cell.start_minute + step),
    )


def _time(minute: int) -> datetime:
    return _ANY_DAY + timedelta(minutes=minute)
