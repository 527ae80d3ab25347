"""People upload their calendars; only busy times are kept, which people can view and remove."""

from __future__ import annotations

import json
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.data_protection.subject_access import erase_person
from api.http.principal import AccessRole, Principal
from api.input_files.source import NamedFile
from api.own_data.busy_times import (
    RemovedTimes,
    read_busy_times,
    remove_busy_times,
    upload_calendar,
)
from api.participants import rosters, upload
from api.participants.rows import PersonRow, Side
from api.settings import MIB
from coach.availability import BusyTime
from tests.api.both_ways import changed_rows
from tests.api.calendar.test_busy_times import SECRET, calendar, event

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings

API = "/api/v1/me/busy-times"
ORIGIN = {"Sec-Fetch-Site": "same-origin"}
TWO_WEEKS = calendar(event("RRULE:FREQ=WEEKLY;COUNT=2"))
TODAY = date(2027, 2, 1)
TIMES = ("2027-02-01T10:00-11:00", "2027-02-08T10:00-11:00")


def coachee(world: World, cycle_id: str) -> Principal:
    person_id = world.person_id(cycle_id, "C-1")
    return Principal(AccessRole.COACHEE, person_id=person_id, cycle_id=cycle_id)


def uploaded(world: World, cycle_id: str, content: bytes = TWO_WEEKS) -> tuple[str, ...]:
    who = coachee(world, cycle_id)
    return upload_calendar(world.services, who, NamedFile("a.ics", content)).times


def test_busy_times_are_kept_for_the_next_run_and_nothing_else_is(world: World) -> None:
    cycle_id = world.cycle()
    assert uploaded(world, cycle_id) == TIMES
    with world.database.reading() as tx:
        roster = rosters.roster_of(tx, cycle_id)
        row = tx.get_one(PersonRow, world.person_id(cycle_id, "C-1"))
        stored = json.dumps([row.profile, row.listed])
        events = tx.scalars(select(AuditRow).where(AuditRow.action == "own details changed")).all()
        details = [one.detail for one in events]
    assert list(map(str, roster.coachees[0].busy)) == [one.replace("T", " ") for one in TIMES]
    assert SECRET not in stored
    assert details == [{"busy": "changed"}]


def test_times_before_today_and_after_the_cycle_are_not_kept(world: World) -> None:
    cycle_id = world.cycle()
    years = event("RRULE:FREQ=MONTHLY", start=":20260105T090000Z", end=":20260105T100000Z")
    kept = uploaded(world, cycle_id, calendar(years))
    assert [one[:7] for one in kept] == [f"2027-0{month}" for month in (2, 3, 4, 5, 6, 7)]


def test_new_calendar_replaces_the_times_of_an_earlier_one(world: World) -> None:
    cycle_id = world.cycle()
    uploaded(world, cycle_id)
    other = event(start=":20270301T090000Z", end=":20270301T100000Z")
    assert uploaded(world, cycle_id, calendar(other)) == ("2027-03-01T10:00-11:00",)


def test_single_times_or_all_of_them_are_removed(world: World) -> None:
    cycle_id = world.cycle()
    uploaded(world, cycle_id)
    who = coachee(world, cycle_id)
    left = remove_busy_times(world.services, who, RemovedTimes(times=(TIMES[0], "unknown")))
    assert left.times == TIMES[1:]
    assert remove_busy_times(world.services, who, RemovedTimes(everything=True)).times == ()
    assert read_busy_times(world.services, who).times == ()


def test_list_without_busy_times_keeps_them(world: World) -> None:
    cycle_id, other = world.cycle(), world.cycle()
    uploaded(world, cycle_id)
    with world.database.writing() as tx:
        listed = rosters.roster_of(tx, other).coachees
        now = world.services.now()
        summary = upload.store_list(tx, cycle_id, Side.COACHEE, listed, now=now)
        assert (summary.changed, summary.unchanged) == (0, 3)
    assert read_busy_times(world.services, coachee(world, cycle_id)).times == TIMES
    with world.database.writing() as tx:
        assert rosters.listed_roster(tx, cycle_id).coachees[0].busy == ()
        person = listed[0].model_copy(update={"busy": (BusyTime(TODAY, 0, 60),)})
        upload.store_list(tx, cycle_id, Side.COACHEE, [person, *listed[1:]], now=now)
    assert read_busy_times(world.services, coachee(world, cycle_id)).times == (
        "2027-02-01T00:00-01:00",
    )


def test_erasure_removes_busy_times(world: World) -> None:
    cycle_id = world.cycle()
    uploaded(world, cycle_id)
    person_id = world.person_id(cycle_id, "C-1")
    with world.database.writing() as tx:
        erase_person(tx, person_id, now=world.services.now())
    with world.database.reading() as tx:
        row = tx.get_one(PersonRow, person_id)
        assert not row.profile.get("busy")
        assert not (row.listed or {}).get("busy")


def test_link_alone_neither_reads_nor_changes_busy_times(
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    cycle_id = world.cycle()
    secret = world.link(cycle_id, "C-1").secret
    bearer = {"Authorization": f"Bearer {secret}"}
    files = {"calendar": ("a.ics", TWO_WEEKS)}
    with serve(world.services_with_mail().settings) as client:
        answers = [
            client.get(API, headers=bearer),
            client.put(API, files=files, headers=bearer),
            client.post(f"{API}/remove", json={"everything": True}, headers=bearer),
        ]
    assert {answer.status_code for answer in answers} == {HTTPStatus.FORBIDDEN}
    assert read_busy_times(world.services, coachee(world, cycle_id)).times == ()


def test_page_and_json_upload_and_remove_the_same(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    secret = world.link(cycle_id, "C-1").secret
    page = f"/p/{secret}/details/busy-times"
    bearer = {"Authorization": f"Bearer {secret}"}
    files = {"calendar": ("a.ics", TWO_WEEKS)}
    client.get(API, headers=bearer)  # so that the link's first use is already recorded
    by_json = changed_rows(world, lambda: client.put(API, files=files, headers=bearer))
    client.post(f"{API}/remove", json={"everything": True}, headers=bearer)
    answers: list[httpx.Response] = []
    by_page = changed_rows(
        world, lambda: answers.append(client.post(page, files=files, headers=ORIGIN))
    )
    assert answers[0].status_code == HTTPStatus.SEE_OTHER
    assert by_json
    assert by_json == by_page
    shown = client.get(f"/p/{secret}/details").text
    assert all(f'value="{time}"' in shown for time in TIMES)
    marked = {"times": list(TIMES)}
    assert client.post(f"{page}/remove", data=marked, headers=ORIGIN).is_redirect
    assert client.get(API, headers=bearer).json()["times"] == []


def test_refused_calendar_is_explained_beside_its_field(world: World, client: httpx.Client) -> None:
    cycle_id = world.cycle()
    page = f"/p/{world.link(cycle_id, 'C-1').secret}/details/busy-times"
    hourly = {"calendar": ("a.ics", calendar(event("RRULE:FREQ=HOURLY")))}
    answer = client.post(page, files=hourly, headers=ORIGIN)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'aria-invalid="true"' in answer.text
    large = {"calendar": ("a.ics", b"x" * (MIB + 20_000))}
    assert client.post(page, files=large, headers=ORIGIN).status_code == (
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    )
    nobody = client.post("/p/unknown/details/busy-times", files=hourly | large, headers=ORIGIN)
    assert nobody.is_client_error
