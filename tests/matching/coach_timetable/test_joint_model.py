"""Order of a contracting session and the first session on one day, for two linked coaches.

The coaches meet the same human on Tuesdays: the first at any time from 09:00 to 12:00, the second
in a window that a contracting session of 30 minutes and a session of 60 minutes fill. A series has
one or two sessions in as many weeks, so it begins in the first week.
"""

from __future__ import annotations

import pytest

from matching.coach_timetable.calendar import Series
from matching.coach_timetable.joint_model import Candidate, JointTimetableModel
from tests.matching.one_coach import tuesdays
from tests.matching.plans import never

FREE, FILLED = (0, 0), (1, 0)  # a coach, and the local index of a coachee


def _solve(filled: tuple[int, int], count: int) -> dict[Candidate, Series] | None:
    """Return the series of both pairs, or `None`; the window `filled` is in minutes of the day."""
    policy = {"minutes": 60, "buffer_minutes": 0, "grid_minutes": 30, "contracting_minutes": 30}
    calendars = {
        coach: tuesdays([window], count, count, **policy, contracting_gap_days=(0, 7))
        for coach, window in enumerate([(540, 720), filled])
    }
    assert all(calendar.opens_on_same_day for calendar in calendars.values())
    human = 0
    model = JointTimetableModel(calendars, {0: [0], 1: [0]}, {FREE: [human], FILLED: [human]})
    return model.solve(never)


@pytest.mark.parametrize("count", [1, 2])
def test_joint_model_finds_the_series_that_only_fits_with_the_contracting_session_first(
    count: int,
) -> None:
    found = _solve((570, 660), count)
    assert found is not None
    contracting, first = found[FILLED][:2]
    assert first == contracting + 30
    assert found[FREE][:2] == (contracting - 30, first + 60)


@pytest.mark.parametrize("count", [1, 2])
def test_joint_model_refuses_a_series_that_only_fits_with_the_contracting_session_after_the_first(
    count: int,
) -> None:
    assert _solve((600, 690), count) is None  # 60 minutes are left before, and 30 after
