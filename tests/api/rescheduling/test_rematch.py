"""The page that proposes a re-match."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from api.own_data.leaving import leave_cycle
from api.participants.rows import PersonRow, Side
from api.rescheduling.obstacles import Obstacle, read_rematch
from api.sessions.replies import ReplyInput
from api.sessions.service import submit_reply
from coach.sessions import Reply
from tests.api.published import principal_of, published_sessions

if TYPE_CHECKING:
    from conftest import World


@pytest.fixture
def cycle_id(world: World) -> str:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2", "C-3": "K-1"}))
    return cycle_id


def obstacles(world: World, cycle_id: str) -> list[tuple[str, int, list[tuple[str, Obstacle]]]]:
    """Return each obstructed session's coachee and number, with the absent people and reasons."""
    found = read_rematch(world.services, cycle_id).sessions
    return [
        (one.coachee, one.number, [(each.name, each.obstacle) for each in one.obstacles])
        for one in found
    ]


def set_profile(world: World, person_id: str, **fields: object) -> None:
    with world.database.writing() as tx:
        row = tx.get_one(PersonRow, person_id)
        row.profile = row.profile | fields


def test_nothing_is_proposed_while_everybody_can_attend(world: World, cycle_id: str) -> None:
    assert obstacles(world, cycle_id) == []


def test_sessions_of_people_who_left_declined_or_are_away_are_listed_with_the_reason(
    world: World, cycle_id: str
) -> None:
    sessions = published_sessions(world, cycle_id)
    first = next(one for one in sessions if one.coachee.code == "C-2")
    submit_reply(
        world.services,
        principal_of(first, Side.COACHEE),
        first.id,
        ReplyInput(reply=Reply.DECLINED),
    )
    away = [{"first": "2027-02-03", "last": "2027-02-05"}]
    set_profile(world, world.person_id(cycle_id, "C-1"), unavailable=away)
    assert obstacles(world, cycle_id) == [
        ("Coachee 2", 1, [("Coachee 2", Obstacle.DECLINED)]),
        ("Coachee 1", 2, [("Coachee 1", Obstacle.NOT_FREE)]),
    ]
    leave_cycle(world.services, principal_of(first, Side.COACH))
    listed = [one for one in obstacles(world, cycle_id) if one[0] == "Coachee 2"]
    assert listed[1] == ("Coachee 2", 2, [("Coach 2", Obstacle.LEFT)])


def test_a_busy_time_is_an_obstacle_only_where_it_overlaps_a_session(
    world: World, cycle_id: str
) -> None:
    coach = world.person_id(cycle_id, "K-2")
    busy = {"day": "2027-01-27", "start_minute": 12 * 60 + 30, "end_minute": 13 * 60}
    set_profile(world, coach, busy=[busy])  # the session is from 11:00 to 12:30 in Stockholm
    assert obstacles(world, cycle_id) == []
    set_profile(world, coach, busy=[busy | {"start_minute": 12 * 60 + 29}])
    assert obstacles(world, cycle_id) == [("Coachee 2", 1, [("Coach 2", Obstacle.NOT_FREE)])]


def test_the_button_starts_a_run_that_keeps_the_published_pairs(
    world: World, client: httpx.Client, cycle_id: str
) -> None:
    leave_cycle(world.services, principal_of(published_sessions(world, cycle_id)[0], Side.COACHEE))
    world.sign_in(client)
    page = client.get(f"/cycles/{cycle_id}/rematch").text
    assert "Coachee 1 has left the cycle" in page
    assert f'action="/cycles/{cycle_id}/runs"' in page
    form = {"keep": "true", "time_limit_seconds": "60"}
    headers = {"Sec-Fetch-Site": "same-origin"}
    started = client.post(f"/cycles/{cycle_id}/runs", data=form, headers=headers)
    assert started.headers["location"].startswith("/runs/")
    assert "View the current run" in client.get(f"/cycles/{cycle_id}/rematch").text
