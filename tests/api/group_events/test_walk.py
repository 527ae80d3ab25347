"""The steps in docs/how-to/group-events.md, on pages and in the API."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx
    from conftest import World

NOBODY = {"Authorization": ""}
ORIGIN = {"Sec-Fetch-Site": "same-origin"}
SEMINAR = {
    "kind": "seminar", "title": "Resistance", "timezone": "Europe/Belgrade", "minutes": "180",
    "day_1": "2027-01-27", "clock_1": "09:00", "place": "Belgrade", "audience": "everybody",
    "required": "true",
}  # fmt: skip


def test_an_event_is_planned_answered_and_changed(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle(coachees=2, coaches=1)
    events = f"/cycles/{cycle_id}/events"
    office.headers.update(ORIGIN)
    assert "No group events are planned yet" in office.get(events).text
    faulty = office.post(events, data=SEMINAR | {"minutes": "", "day_1": "", "audience": "chosen"})
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    for field in ("days", "day_1", "people"):
        assert f'href="#{field}"' in faulty.text
    late = office.post(events, data=SEMINAR | {"day_1": "9999-12-31", "clock_1": "23:59"})
    assert late.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'href="#day_1"' in late.text
    page = office.post(events, data=SEMINAR).headers["location"]
    assert "3 have not replied" in office.get(page).text
    assert "whose secret link no longer works" not in office.get(page).text
    again = office.post(events, data=SEMINAR)
    assert "already has the same group event" in again.text

    own = office.get(f"/p/{world.link(cycle_id, 'C-1').secret}", headers=NOBODY)
    (address,) = re.findall(r'href="(/p/[^"]+/events/\w+)"', own.text)
    assert "Resistance" in own.text
    for act in ("accept", "decline", "another-time"):
        assert office.get(f"{address}/{act}", headers=NOBODY).is_success
    assert "same for everybody" in office.get(f"{address}/another-time", headers=NOBODY).text
    assert "3 have not replied" in office.get(page).text
    office.post(f"{address}/decline", data={"comment": "On leave"}, headers=NOBODY)
    assert "On leave" in office.get(page).text
    file = office.get(f"{address}/invitation.ics", headers=NOBODY)
    assert "PARTSTAT=DECLINED" in file.text.replace("\r\n ", "")

    stale = office.post(f"{page}/edit", data=SEMINAR | {"place": "Budva", "version": "7"})
    assert stale.status_code == HTTPStatus.CONFLICT
    assert "Budva" in stale.text
    date_id = re.findall(r'name="date_1"\s+value="(\w+)"', office.get(f"{page}/edit").text)[0]
    moved = SEMINAR | {"date_1": date_id, "clock_1": "14:00", "version": "1"}
    assert office.post(f"{page}/edit", data=moved).status_code == HTTPStatus.SEE_OTHER
    assert "3 have not replied" in office.get(page).text
    office.post(f"{page}/cancel", data={"version": "2"})
    assert "cancelled" in office.get(page).text


def test_outdated_versions_and_events_of_others_are_refused_by_json(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle(coachees=2, coaches=1)
    events = f"/api/v1/cycles/{cycle_id}/events"
    entered = {
        "kind": "kickoff",
        "timezone": "Europe/Belgrade",
        "days": 2,
        "dates": [{"day": "2027-01-27"}],
    }
    created = office.post(events, json=entered)
    assert (created.status_code, created.headers["etag"]) == (HTTPStatus.CREATED, '"1"')
    one = f"{events}/{created.json()['id']}"
    assert office.put(one, json=entered).status_code == HTTPStatus.PRECONDITION_REQUIRED
    late = office.put(one, json=entered | {"place": "Kotor"}, headers={"If-Match": '"9"'})
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    elsewhere = one.replace(cycle_id, world.cycle())
    assert office.get(elsewhere).status_code == HTTPStatus.NOT_FOUND
    mine, other = (
        {"Authorization": f"Bearer {world.link(cycle_id, code).secret}"} for code in ("C-1", "C-2")
    )
    (invited,) = office.get("/api/v1/me/events", headers=mine).json()
    assert (invited["first_day"], invited["last_day"]) == ("2027-01-27", "2027-01-28")
    reply = f"/api/v1/me/events/{invited['id']}/reply"
    stranger = office.put(reply, json={"reply": "accepted"}, headers=other)
    assert stranger.status_code == HTTPStatus.NOT_FOUND
    accepted = office.put(reply, json={"reply": "accepted"}, headers=mine)
    assert accepted.json()["reply"] == "accepted"
    replies = {each["person"]["code"]: each["reply"] for each in office.get(one).json()["invited"]}
    assert replies == {"C-1": "accepted", "C-2": "none", "K-1": "none"}
