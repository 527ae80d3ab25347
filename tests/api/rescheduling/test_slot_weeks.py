"""Free times are shown by week and day, in the reader's time zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from api.organisation import Organisation
from api.rescheduling.presenters import SlotWeek, slot_weeks
from api.rescheduling.slots import NewTime, SessionStart
from api.texts.catalogues import renderer

ZONE = ZoneInfo("Europe/Sarajevo")
CURRENT = datetime(2027, 3, 22, 9, tzinfo=UTC)
TEXTS = renderer(Organisation(), "en")


def weeks_of(*starts: datetime) -> tuple[SlotWeek, ...]:
    slots = [NewTime(start=start) for start in starts]
    return slot_weeks(slots, CURRENT, timedelta(minutes=90), ZONE)


def test_times_are_in_order_by_week_and_day_and_the_best_is_suggested() -> None:
    best = datetime(2027, 3, 30, 8, tzinfo=UTC)
    weeks = weeks_of(
        best,
        datetime(2027, 3, 15, 10, tzinfo=UTC),
        datetime(2027, 3, 26, 9, tzinfo=UTC),
        datetime(2027, 3, 30, 7, tzinfo=UTC),
        datetime(2027, 4, 6, 7, tzinfo=UTC),
    )
    shown = [
        (TEXTS.text(week.distance), TEXTS.text(day.day), TEXTS.text(one.hours), one.zone)
        for week in weeks
        for day in week.days
        for one in day.options
    ]
    assert shown == [
        ("1 week earlier", "Monday 15 March 2027", "11:00 to 12:30", "CET"),
        ("In the same week", "Friday 26 March 2027", "10:00 to 11:30", "CET"),
        ("1 week later", "Tuesday 30 March 2027", "09:00 to 10:30", "CEST"),
        ("1 week later", "Tuesday 30 March 2027", "10:00 to 11:30", "CEST"),
        ("2 weeks later", "Tuesday 6 April 2027", "09:00 to 10:30", "CEST"),
    ]
    suggested = [
        one.value for week in weeks for day in week.days for one in day.options if one.suggested
    ]
    assert suggested == [f"{best:%Y-%m-%dT%H:%MZ}"]


def test_day_and_week_are_those_of_the_reader() -> None:
    (week,) = weeks_of(datetime(2027, 3, 21, 23, 30, tzinfo=UTC))
    assert TEXTS.text(week.distance) == "In the same week"
    assert TEXTS.text(week.days[0].day) == "Monday 22 March 2027"


def test_the_only_time_is_not_suggested_and_keeps_what_else_moves() -> None:
    slot = NewTime(start=CURRENT, moves=(SessionStart(number=3, start=CURRENT),))
    (week,) = slot_weeks([slot], CURRENT, timedelta(minutes=90), ZONE)
    (option,) = week.days[0].options
    assert not option.suggested
    assert len(option.moves) == 1
    assert option.value == "2027-03-22T09:00Z 3=2027-03-22T09:00Z"
