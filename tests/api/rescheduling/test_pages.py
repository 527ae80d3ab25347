"""The pages about another time, for people with a secret link and for the office."""

from __future__ import annotations

import re
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest

from api.http import urls
from api.participants.rows import Side
from api.rescheduling import slots
from coach.sessions import Reply
from tests.api.both_ways import changed_rows
from tests.api.published import principal_of, published_sessions
from tests.api.rescheduling.spaced import second_session, spaced

if TYPE_CHECKING:
    from conftest import World

    from api.sessions.session_details import SessionDetails

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def session(world: World) -> SessionDetails:
    cycle_id = world.cycle()
    world.published(cycle_id, spaced(world, {"C-1": "K-1", "C-2": "K-1"}))
    return second_session(world, cycle_id, "C-1")


def page_of(world: World, session: SessionDetails, code: str) -> str:
    secret = world.link(session.cycle_id, code).secret
    return urls.person_session_another_time(secret, session.id)


def values(html: str) -> list[str]:
    """Return the form values for the times offered on a page."""
    return re.findall(r'name="time"\s+value="([^"]+)"', html)


def proposal_on(html: str) -> str:
    found = re.search(r'name="proposal" value="(\w+)"', html)
    assert found is not None, html
    return found[1]


def now_of(world: World, session: SessionDetails) -> SessionDetails:
    return next(one for one in published_sessions(world, session.cycle_id) if one.id == session.id)


def test_a_person_declines_proposes_and_the_other_confirms_by_one_press(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    mine, theirs = page_of(world, session, "C-1"), page_of(world, session, "K-1")
    declined = client.post(mine.replace("another-time", "decline"), headers=OWN)
    assert declined.headers["location"] == mine
    offered = values(client.get(mine).text)
    assert 3 <= len(offered) <= 6
    client.post(mine, data={"time": offered[0]}, headers=OWN)
    assert "Withdraw the proposal" in client.get(mine).text
    page = client.get(theirs).text
    assert "Confirm this time" in page
    form = {"proposal": proposal_on(page), "decision": "confirm"}
    assert now_of(world, session).start == session.start
    answer = client.post(f"{theirs}/decision", data=form, headers=OWN)
    assert answer.status_code == HTTPStatus.SEE_OTHER
    moved = now_of(world, session)
    assert f"{moved.start:%s}" != f"{session.start:%s}"
    assert (moved.coachee_reply, moved.coach_reply) == (Reply.ACCEPTED, Reply.ACCEPTED)


def test_lists_of_both_participants_and_of_the_office_show_an_open_proposal(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    mine, theirs = page_of(world, session, "C-1"), page_of(world, session, "K-1")
    client.post(mine, data={"time": values(client.get(mine).text)[0]}, headers=OWN)
    homes = [page.partition("/sessions/")[0] for page in (mine, theirs)]
    shown = [client.get(home).text for home in homes]
    assert ["you proposed another time" in html for html in shown] == [True, False]
    assert ["please reply to the proposed time" in html for html in shown] == [False, True]
    assert "See the time and answer" in client.get(theirs.removesuffix("/another-time")).text
    world.sign_in(client)
    cycle = f"/cycles/{session.cycle_id}"
    assert "1 proposal for another time" in client.get(cycle).text
    assert "waiting for your decision" not in client.get(cycle).text
    assert f"{urls.session_change(session.id)}" in client.get(f"{cycle}/sessions").text


def test_the_other_participant_sees_a_decline_on_their_pages(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    mine, theirs = page_of(world, session, "C-1"), page_of(world, session, "K-1")
    form = {"comment": "in hospital"}
    client.post(mine.replace("another-time", "decline"), data=form, headers=OWN)
    html = client.get(theirs.partition("/sessions/")[0]).text
    assert "the other participant cannot come" in html
    page = client.get(theirs.removesuffix("/another-time")).text
    assert "The other participant cannot make this time" in page
    assert "in hospital" not in html + page


def test_opening_the_page_changes_nothing(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    page = page_of(world, session, "C-1")
    client.post(page, data={"time": values(client.get(page).text)[0]}, headers=OWN)
    other = page_of(world, session, "K-1")
    assert changed_rows(world, lambda: client.get(other)) == changed_rows(world, lambda: None)


def test_a_page_shows_only_the_offered_times_of_the_other_calendar(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    html = client.get(page_of(world, session, "C-1")).text
    shown = set(re.findall(r"(?<![+\d])\d\d:\d\d", html))
    allowed = [session.start, *(time.start for time in offered_to_coachee(world, session))]
    zone = session.start.tzinfo
    starts = {f"{one.astimezone(zone):%H:%M}" for one in allowed}
    ends = {f"{one.astimezone(zone) + timedelta(minutes=90):%H:%M}" for one in allowed}
    utc = {value[11:16] for value in values(html)}
    assert shown <= starts | ends | utc
    assert "Coachee 2" not in html


def offered_to_coachee(world: World, session: SessionDetails) -> tuple[slots.NewTime, ...]:
    coachee = principal_of(session, Side.COACHEE)
    return slots.read_slots(world.services, coachee, session.id)


@pytest.mark.parametrize("decision", ["", "confirm", "refuse", "withdraw"])
def test_the_link_of_one_pair_does_not_act_on_a_session_of_another(
    world: World, client: httpx.Client, session: SessionDetails, decision: str
) -> None:
    mine = page_of(world, session, "C-1")
    offered = values(client.get(mine).text)
    client.post(mine, data={"time": offered[1]}, headers=OWN)
    form = {"time": offered[0], "proposal": proposal_on(client.get(mine).text)}
    form |= {"decision": decision} if decision else {}
    foreign = page_of(world, session, "C-2")
    assert client.get(foreign).status_code == HTTPStatus.NOT_FOUND

    def act() -> None:
        answer = client.post(foreign + ("/decision" if decision else ""), data=form, headers=OWN)
        assert answer.status_code == HTTPStatus.NOT_FOUND

    assert changed_rows(world, act) == changed_rows(world, lambda: None)


def test_the_office_moves_a_session_to_a_free_time_and_then_cancels_it(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    world.sign_in(client)
    page = urls.session_change(session.id)
    offered = values(client.get(page).text)
    client.post(f"{page}/slot", data={"time": offered[0]}, headers=OWN)
    assert now_of(world, session).start != session.start
    waiting = client.get(f"/api/v1/cycles/{session.cycle_id}/outbox/waiting").json()
    assert waiting["ready"] == 8 + 2, "the office reads them before it sends them"
    client.post(f"{page}/cancel", headers=OWN)
    assert now_of(world, session).state == "cancelled"
    assert "can no longer be changed" in client.get(page).text


def test_the_office_allows_a_time_outside_the_rules_only_with_a_reason(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    world.sign_in(client)
    page = urls.session_change(session.id)
    form = {"day": "2027-02-20", "clock": "10:00"}  # a Saturday
    refused = client.post(f"{page}/time", data=form, headers=OWN)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Coachee 1 is not free at this time" in refused.text
    assert 'value="2027-02-20"' in refused.text
    assert now_of(world, session).start == session.start
    client.post(f"{page}/time", data=form | {"reason": "agreed by telephone"}, headers=OWN)
    assert f"{now_of(world, session).start:%d %H:%M}" == "20 10:00"
    assert "agreed by telephone" in client.get(page).text
    actions = [one["action"] for one in client.get("/api/v1/audit").json()]
    assert "time outside rules allowed" in actions


@pytest.mark.parametrize("year", ["0001", "9999"])
def test_a_time_in_an_impossible_year_is_refused_like_any_other_fault(
    world: World, client: httpx.Client, session: SessionDetails, year: str
) -> None:
    world.sign_in(client)
    form = {"day": f"{year}-12-31", "clock": "23:59", "reason": "a typing error"}
    page = client.post(f"{urls.session_change(session.id)}/time", data=form, headers=OWN)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "year must be between 2000 and 2199" in page.text
    assert f'value="{year}-12-31"' in page.text
    for offset in ("Z", "-14:00"):
        move = {"start": f"{year}-12-31T23:59:59{offset}", "reason": "a typing error"}
        answer = client.post(f"/api/v1/sessions/{session.id}/move", json=move, headers=OWN)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert now_of(world, session).start == session.start


def test_no_reason_allows_a_time_at_which_the_coach_has_another_session(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    world.sign_in(client)
    rival = second_session(world, session.cycle_id, "C-2")
    local = rival.start
    form = {"day": f"{local:%Y-%m-%d}", "clock": f"{local:%H:%M}", "reason": "it is urgent"}
    page = urls.session_change(session.id)
    refused = client.post(f"{page}/time", data=form, headers=OWN)
    assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "another session at this time" in refused.text
    assert now_of(world, session).start == session.start


def test_a_local_time_that_does_not_exist_is_refused(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    world.sign_in(client)
    form = {"day": "2027-03-28", "clock": "02:30", "reason": "any"}
    refused = client.post(f"{urls.session_change(session.id)}/time", data=form, headers=OWN)
    assert "the clocks change at this time" in refused.text.lower()


def test_place_and_link_are_set_for_one_session_and_for_the_whole_pair(
    world: World, client: httpx.Client, session: SessionDetails
) -> None:
    world.sign_in(client)
    page = f"{urls.session_change(session.id)}/details"
    form = {"mode": "online", "place": "", "join_link": "https://meet.example.org/1", "topic": ""}
    client.post(page, data=form, headers=OWN)
    assert links_of(client, session) == {1: "", 2: "https://meet.example.org/1"}
    client.post(page, data=form | {"whole_series": "true"}, headers=OWN)
    assert links_of(client, session) == dict.fromkeys((1, 2), "https://meet.example.org/1")
    unusable = client.post(page, data=form | {"join_link": "http://meet"}, headers=OWN)
    assert unusable.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def links_of(client: httpx.Client, session: SessionDetails) -> dict[int, str]:
    """Return the join link for each session of a pair, keyed by number, from the office's pages."""
    schedule = client.get(f"/api/v1/cycles/{session.cycle_id}/schedule").json()
    found = {}
    for one in schedule:
        if one["coachee"]["id"] == session.coachee.id:
            html = client.get(urls.session_change(one["id"])).text
            shown = re.search(r'name="join_link"\s+value="([^"]*)"', html)
            found[one["number"]] = shown[1] if shown else ""
    return found
