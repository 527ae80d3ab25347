"""The weekly grid displays windows, and is converted back to the same windows."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.own_data.grid import availability_grid, windows_of_cells
from coach.availability import WeeklyWindow
from coach.errors import UnusableInputError
from coach.intake.time_cells import windows


def checked(text: str) -> tuple[str, int]:
    grid = availability_grid(windows(text))
    return " ".join(cell.value for row in grid.rows for cell in row if cell.free), grid.step


@pytest.mark.parametrize(
    "text",
    [
        "Mon 09:00-12:00; Wed 13:00-16:30",
        "Tue 05:15-06:45; Sun 22:00-24:00",
        "Mon 00:00-24:00",
        "Fri 09:00-10:00; Fri 11:00-12:00",
    ],
)
def test_grid_gives_back_the_windows_that_it_shows(text: str) -> None:
    assert windows_of_cells(*checked(text)) == windows(text)


@settings(max_examples=50, deadline=None)
@given(st.sets(st.tuples(st.integers(0, 6), st.integers(0, 47))))
def test_any_cells_give_windows_that_check_the_same_cells(cells: set[tuple[int, int]]) -> None:
    pieces = [WeeklyWindow(day, place * 30, place * 30 + 30) for day, place in cells]
    values, step = checked("; ".join(map(str, pieces)))
    merged = windows_of_cells(values, step)
    free = {(w.weekday, m) for w in merged for m in range(w.start_minute, w.end_minute, 30)}
    assert free == {(day, place * 30) for day, place in cells}


def test_adjoining_and_overlapping_windows_become_one() -> None:
    assert windows_of_cells(*checked("Mon 09:00-10:30; Mon 10:00-12:00")) == windows(
        "Mon 09:00-12:00"
    )


def test_windows_between_the_lines_are_not_marked_completely() -> None:
    grid = availability_grid(windows("Mon 09:10-10:20"))
    marked = [cell.value for row in grid.rows for cell in row if cell.free]
    assert (marked, grid.fits) == (["mon-0915", "mon-0930", "mon-0945", "mon-1000"], False)


@pytest.mark.parametrize(
    ("values", "step"),
    [
        ("mon-0910", 30), ("mon-2400", 30), ("mon-0970", 15), ("foo-0900", 30), ("mon-0900", 0),
        ("mon-0900", 7), ("mon-09:00", 30), ("mon-٠٩٠٠", 30),
    ],
)  # fmt: skip
def test_values_that_no_grid_has_are_refused(values: str, step: int) -> None:
    with pytest.raises(UnusableInputError):
        windows_of_cells(values, step)
