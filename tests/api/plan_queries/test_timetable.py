"""A plan's timetable as a calendar, an agenda and a chart."""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from api.group_events import changes
from api.group_events.entered import GroupDateInput, GroupEventInput
from api.plan_queries.timetable import chosen_week, days_of_week, listed_sessions, weeks_of
from api.plans.stored_plan import stored_plan
from api.sessions.rows import SessionRow
from coach.group_events import GroupEventKind

if TYPE_CHECKING:
    import httpx
    from conftest import World

VIEWS = ("calendar", "agenda", "weeks")


def test_calendar_shows_the_week_in_the_address_or_the_next_one_with_sessions() -> None:
    weeks = [date(2027, 1, 18), date(2027, 2, 1)]
    assert chosen_week("2027-01-27", weeks, date(2027, 1, 1)) == date(2027, 1, 25)
    assert chosen_week("", weeks, date(2027, 1, 26)) == date(2027, 2, 1)
    assert chosen_week("soon", weeks, date(2027, 5, 1)) == date(2027, 2, 1)
    assert chosen_week("", [], date(2027, 5, 1)) == date(2027, 4, 26)


def test_sessions_are_in_the_weeks_and_days_of_the_cycles_zone(world: World) -> None:
    plan_id = world.plan(world.cycle(), world.result({"C-1": "K-1", "C-2": "K-2"}))
    with world.database.reading() as tx:
        sessions = listed_sessions(stored_plan(tx, plan_id))
    assert {(one.coachee, one.coach_name) for one in sessions} == {
        ("C-1", "Coach 1"),
        ("C-2", "Coach 2"),
    }
    (monday, count), *_ = weeks_of(sessions).items()
    in_week = [one for one in sessions if 0 <= (one.start.date() - monday).days < 7]
    days = days_of_week(in_week, monday)
    assert sum(len(those) for _, those in days) == count == len(in_week)
    assert all(one.start.date() == day for day, those in days for one in those)


@pytest.mark.parametrize("view", VIEWS)
def test_bars_and_lines_are_links_to_the_pages_about_the_sessions(
    world: World, office: httpx.Client, view: str
) -> None:
    cycle_id = world.cycle()
    result = world.result({"C-1": "K-1", "C-2": "K-2"})
    draft = world.plan(cycle_id, result)
    published = world.published(cycle_id, result).plan.id
    person = world.person_id(cycle_id, "C-1")
    assert (
        f"/plans/{draft}/people/{person}"
        in office.get(f"/plans/{draft}/timetable?view={view}").text
    )
    page = office.get(f"/plans/{published}/timetable?view={view}").text
    with world.database.reading() as tx:
        ids = tx.scalars(select(SessionRow.id).where(SessionRow.cycle_id == cycle_id)).all()
    shown = [one for one in ids if f'href="/sessions/{one}"' in page]
    assert shown if view == "calendar" else len(shown) == len(ids) > 0


def test_group_events_are_in_each_view_and_in_the_calendar_only_in_their_week(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    given = GroupEventInput(
        kind=GroupEventKind.SEMINAR,
        title="Budgets",
        timezone="Europe/Belgrade",
        minutes=60,
        dates=(GroupDateInput(day=date(2027, 3, 7), clock=time(23, 30)),),
    )
    event = changes.create_event(world.services, cycle_id, given)
    link = f'href="/cycles/{cycle_id}/events/{event.id}"'
    timetable = f"/plans/{plan_id}/timetable"
    weeks = {
        week: link in office.get(f"{timetable}?view=calendar&week={week}").text
        for week in ("2027-02-22", "2027-03-01", "2027-03-08", "2027-03-15")
    }
    assert list(weeks.values()) == [False, True, True, False], "it ends on Monday after midnight"
    for view in ("agenda", "weeks"):
        page = office.get(f"{timetable}?view={view}").text
        assert link in page
        assert "Group session: seminar" in page
        assert "Budgets" in page
    changes.cancel_event(world.services, cycle_id, event.id, version=None)
    assert link not in office.get(f"{timetable}?view=agenda").text
