from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coach.availability import (
    BusyTime,
    DateRange,
    WeeklyWindow,
    epoch_minute_to_local,
    free_intervals,
    local_to_epoch_minute,
)
from coach.cycle import CalendarPolicy, Cycle, CycleDates
from coach.holidays import days_kept_free
from coach.languages import LanguageSkill
from coach.people import Coachee, Role, Roster
from coach.session_policy import SessionPolicy
from matching.instance.availability_grid import build_availability_grid, pack, unpack

ZONES = ("Europe/Belgrade", "Europe/London", "America/New_York", "Pacific/Auckland")


def coachee(
    windows: tuple[WeeklyWindow, ...],
    zone: str = "Europe/Belgrade",
    country: str = "RS",
    away: tuple[DateRange, ...] = (),
) -> Coachee:
    return Coachee(
        id="C-1",
        name="Somebody",
        email="c1@example.org",
        country=country,
        languages=(LanguageSkill("en"),),
        availability=windows,
        unavailable=away,
        timezone=zone,
        role=Role.COMMANDER,
    )


def one(person: Coachee, cycle: Cycle) -> tuple[list[int], list[int]]:
    """Return the only coachee's free starts and their day indices."""
    table = build_availability_grid(Roster(coachees=(person,), coaches=()), cycle)
    free = unpack(table.coachees[0], len(table.starts))
    return table.starts[free].tolist(), table.day[free].tolist()


windows = st.builds(
    lambda day, start, length: WeeklyWindow(day, start * 30, min(start * 30 + length * 30, 1440)),
    st.integers(0, 6),
    st.integers(0, 47),
    st.integers(1, 12),
)
ranges = st.builds(
    lambda start, length: DateRange(
        date(2027, 3, 10) + timedelta(start), date(2027, 3, 10) + timedelta(start + length)
    ),
    st.integers(0, 40),
    st.integers(0, 9),
)


@pytest.mark.slow
@settings(max_examples=100, deadline=None)
@given(
    person_windows=st.lists(windows, min_size=1, max_size=6),
    away=st.lists(ranges, max_size=2),
    blackout=st.lists(ranges, max_size=2),
    person_zone=st.sampled_from(ZONES),
    cycle_zone=st.sampled_from(ZONES),
    grid=st.sampled_from((15, 30, 45, 60)),
    minutes=st.sampled_from((30, 90, 150)),
)
def test_grid_bits_agree_with_the_definition(
    *,
    person_windows: list[WeeklyWindow],
    away: list[DateRange],
    blackout: list[DateRange],
    person_zone: str,
    cycle_zone: str,
    grid: int,
    minutes: int,
) -> None:
    cycle = Cycle(
        cycle=CycleDates(start=date(2027, 3, 15), end=date(2027, 4, 20), timezone=cycle_zone),
        sessions=SessionPolicy(grid_minutes=grid, minutes=minutes),
        calendar=CalendarPolicy(blackout=tuple(blackout)),
    )
    person = coachee(tuple(person_windows), person_zone, "GB", tuple(away))
    zone = cycle.cycle.zone
    nearby = [cycle.cycle.start + timedelta(n) for n in range(-2, 40)]
    off = days_kept_free(CalendarPolicy(), person.country, nearby).union(
        day for dates in person.unavailable for day in nearby if day in dates
    )
    intervals = free_intervals(
        person.availability, person.zone, [d for d in nearby if d not in off]
    )
    first, last = (
        local_to_epoch_minute(cycle.cycle.start, 0, zone),
        local_to_epoch_minute(cycle.cycle.end, 1440, zone),
    )
    expected = []
    for start in range(first, last - minutes + 1, 15):
        wall = epoch_minute_to_local(start, zone)
        end = epoch_minute_to_local(start + minutes - 1, zone)
        if (
            (wall.hour * 60 + wall.minute) % grid == 0
            and not cycle.blackout_days & {wall.date(), end.date()}
            and any(begin <= start and start + minutes <= stop for begin, stop in intervals)
        ):
            expected.append((start, (wall.date() - cycle.cycle.start).days))
    starts, days = one(person, cycle)
    assert list(zip(starts, days, strict=True)) == expected


def test_session_may_touch_a_busy_time_but_not_overlap_it() -> None:
    cycle = Cycle(
        cycle=CycleDates(start=date(2027, 1, 18), end=date(2027, 1, 31)),
        sessions=SessionPolicy(minutes=60, grid_minutes=30),
    )
    busy = (BusyTime(date(2027, 1, 18), 600, 660), BusyTime(date(2030, 1, 1), 0, 1440))
    person = coachee((WeeklyWindow(0, 540, 720),)).model_copy(update={"busy": busy})
    starts, _ = one(person, cycle)
    shown = [f"{epoch_minute_to_local(start, cycle.cycle.zone):%d %H:%M}" for start in starts]
    assert shown == [
        "18 09:00",
        "18 11:00",
        *(f"25 {t}" for t in ("09:00", "09:30", "10:00", "10:30", "11:00")),
    ]


def test_session_may_cross_midnight_if_windows_adjoin() -> None:
    cycle = Cycle(
        cycle=CycleDates(start=date(2027, 1, 18), end=date(2027, 1, 24)),
        sessions=SessionPolicy(minutes=90, grid_minutes=30),
    )
    late = (WeeklyWindow(0, 1380, 1440), WeeklyWindow(1, 0, 60))
    starts, days = one(coachee(late), cycle)
    assert [
        epoch_minute_to_local(start, cycle.cycle.zone).strftime("%a %H:%M") for start in starts
    ] == [
        "Mon 23:00",
        "Mon 23:30",
    ]
    assert days == [0, 0]


def test_weeks_are_iso_weeks_across_a_year_end() -> None:
    cycle = Cycle(cycle=CycleDates(start=date(2026, 12, 26), end=date(2027, 1, 12)))
    table = build_availability_grid(Roster(coachees=(), coaches=()), cycle)
    weeks = {}
    for day, week in zip(table.day.tolist(), table.week.tolist(), strict=True):
        weeks.setdefault(week, set()).add(cycle.cycle.days[day].isocalendar()[:2])
    assert all(len(iso) == 1 for iso in weeks.values())
    assert [next(iter(weeks[week])) for week in sorted(weeks)] == [
        (2026, 52),
        (2026, 53),
        (2027, 1),
        (2027, 2),
    ]


def test_holidays_depend_on_the_persons_country_and_can_be_disabled() -> None:
    dates = CycleDates(start=date(2027, 2, 15), end=date(2027, 2, 21))
    wednesday = (WeeklyWindow(2, 540, 720),)  # 2027-02-17, Independence Day in Kosovo
    with_them = Cycle(cycle=dates)
    without = Cycle(cycle=dates, calendar=CalendarPolicy(public_holidays=False))
    assert one(coachee(wednesday, country="XK"), with_them)[0] == []
    assert len(one(coachee(wednesday, country="XK"), without)[0]) == 4
    assert len(one(coachee(wednesday, country="AL"), with_them)[0]) == 4


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_unpacking_reverses_packing(count: int) -> None:
    rows = np.random.default_rng(count).random((3, count)) < 0.5
    assert pack(rows).shape == (3, -(-count // 64))
    assert (unpack(pack(rows), count) == rows).all()


@pytest.mark.parametrize("public_holidays", [True, False])
def test_observance_keeps_its_days_free_for_everybody_of_the_country(
    *, public_holidays: bool
) -> None:
    calendar = CalendarPolicy(public_holidays=public_holidays, observances={"ME": ("orthodox",)})
    days = [date(2027, 1, 4) + timedelta(n) for n in range(19)]
    christmas = {date(2027, 1, day) for day in (6, 7, 8)}
    plain = CalendarPolicy(public_holidays=public_holidays)
    more = days_kept_free(calendar, "ME", days) - days_kept_free(plain, "ME", days)
    assert more == christmas
    assert days_kept_free(calendar, "RS", days) == days_kept_free(plain, "RS", days)
