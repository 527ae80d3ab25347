"""Replying has the same effect through the API and on pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx

from api.sessions import schedule
from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    from conftest import World

ORIGIN = {"Sec-Fetch-Site": "same-origin"}


def _coachee(world: World, cycle_id: str) -> tuple[str, list[str]]:
    """Publish a plan; return a coachee's link and the ids of the cycle's sessions."""
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    with world.database.reading() as tx:
        sessions = [session.id for session in schedule.cycle_schedule(tx, cycle_id)]
    return world.link(cycle_id, "C-1").secret, sessions


def test_a_reply_is_stored_the_same_way_by_json_and_on_the_page(
    world: World, client: httpx.Client
) -> None:
    (json_link, json_sessions), (page_link, page_sessions) = (
        _coachee(world, world.cycle()) for _ in range(2)
    )
    reply = {"reply": "declined", "comment": "Thursdays suit me"}

    def reply_by_json() -> None:
        answer = client.put(
            f"/api/v1/sessions/{json_sessions[0]}/reply",
            json=reply,
            headers={"Authorization": f"Bearer {json_link}"},
        )
        assert answer.json()["coachee_reply"] == "declined"

    def reply_on_page() -> None:
        page = f"/p/{page_link}/sessions/{page_sessions[0]}/reply"
        answer = client.post(page, data=reply, headers=ORIGIN)
        assert answer.status_code == HTTPStatus.SEE_OTHER

    for _ in range(2):  # sent, then sent again
        assert changed_rows(world, reply_by_json) == changed_rows(world, reply_on_page)


def test_accepting_all_on_the_page_equals_one_json_reply_per_session(
    world: World, client: httpx.Client
) -> None:
    (json_link, json_sessions), (page_link, _) = (_coachee(world, world.cycle()) for _ in range(2))

    def accept_by_json() -> None:
        for session_id in json_sessions:
            client.put(
                f"/api/v1/sessions/{session_id}/reply",
                json={"reply": "accepted"},
                headers={"Authorization": f"Bearer {json_link}"},
            )

    def accept_on_page() -> None:
        client.post(f"/p/{page_link}/accept-all", headers=ORIGIN)

    assert changed_rows(world, accept_by_json) == changed_rows(world, accept_on_page)
