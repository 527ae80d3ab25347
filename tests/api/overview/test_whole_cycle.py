"""A complete cycle over HTTP with the sample data, on a server with a worker."""

from __future__ import annotations

import time
from email import message_from_bytes
from email.policy import default
from http import HTTPStatus
from importlib import resources
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar

from tests.api.conftest import ANY_VERSION
from tests.api.notebook_calls import begin_notebook

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import httpx
    from conftest import World

    from api.settings import Settings

API = "/api/v1"
SAMPLE = resources.files("api.participants") / "sample"
CONFIDENCE = "spoke of leaving the service"


def _sample_lists() -> dict[str, tuple[str, bytes]]:
    return {
        "coachees": ("coachees.xlsx", (SAMPLE / "coachees.xlsx").read_bytes()),
        "coaches": ("coaches.csv", (SAMPLE / "coaches.csv").read_bytes()),
    }


def _until_final(client: httpx.Client, address: str, who: dict[str, str]) -> dict[str, Any]:
    ends = time.monotonic() + 60
    while True:
        run: dict[str, Any] = client.get(address, headers=who).json()
        if run["state"] not in {"queued", "running"}:
            return run
        assert time.monotonic() < ends, run
        time.sleep(0.2)


def _bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def test_a_cycle_is_run_from_two_spreadsheets_to_session_reports(  # noqa: PLR0915 - one way, one test
    world: World, serve: Callable[[Settings], AbstractContextManager[httpx.Client]]
) -> None:
    with serve(world.services.settings.model_copy(update={"worker": True})) as client:
        office = _bearer(world.manager_token())

        # Create a cycle and upload its people. A list with faults changes nothing.
        policy = (SAMPLE / "cycle.toml").read_bytes()
        created = client.post(f"{API}/cycles", content=policy, headers=office)
        assert created.status_code == HTTPStatus.CREATED
        cycle = created.headers["location"]
        broken = _sample_lists() | {"coaches": ("coaches.csv", b"id,name\nK-01,\n")}
        refused = client.put(f"{cycle}/people", files=broken, headers=office | ANY_VERSION)
        assert refused.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert client.get(f"{cycle}/people", headers=office).json() == []
        taken = client.put(
            f"{cycle}/people", files=_sample_lists(), headers=office | ANY_VERSION
        ).json()
        assert [(side["side"], side["added"]) for side in taken] == [("coachee", 14), ("coach", 9)]

        # Start a run, and publish its plan, which fills the outbox.
        requested = client.post(f"{cycle}/runs", headers=office)
        run = _until_final(client, requested.headers["location"], office)
        assert run["state"] == "finished", run
        plan = client.get(f"{API}/plans/{run['plan_id']}", headers=office).json()
        assert plan["result"]["matches"][0]["verdicts"][0]["because"]
        publication = client.post(
            f"{API}/plans/{run['plan_id']}/publish", headers=office | ANY_VERSION
        ).json()
        sessions = client.get(f"{cycle}/schedule", headers=office).json()
        outbox = client.get(f"{cycle}/outbox", headers=office).json()
        assert publication["requests"] == len(outbox) == 2 * len(sessions)
        first = sessions[0]
        others = next(s for s in sessions if s["coach"]["id"] != first["coach"]["id"])

        # The coachee's email contains the link and the session as a calendar object.
        outgoing_invitation = next(
            message
            for message in outbox
            if message["session_id"] == first["id"] and message["to"]["side"] == "coachee"
        )
        mail = client.get(f"{API}/outbox/{outgoing_invitation['id']}.eml", headers=office)
        parts = message_from_bytes(mail.content, policy=default)
        text = parts.get_body(("plain",)).get_content()
        secret = text.partition("/p/")[2].partition("/")[0]
        coachee = _bearer(secret)
        calendar = client.get(f"{API}/sessions/{first['id']}/invitation.ics", headers=coachee)
        (event,) = Calendar.from_ical(calendar.content).walk("VEVENT")
        assert event["UID"] == first["uid"]
        assert len(event["ATTENDEE"] if isinstance(event["ATTENDEE"], list) else [0]) == 1

        # The coachee accepts; the office sees it.
        mine = f"{API}/sessions/{first['id']}"
        accepted = client.put(f"{mine}/reply", json={"reply": "accepted"}, headers=coachee)
        assert accepted.json()["coachee_reply"] == "accepted"
        assert client.get(mine, headers=office).json()["coachee_reply"] == "accepted"

        # The coach submits the shared record and a private note.
        link = client.post(f"{API}/people/{first['coach']['id']}/link", headers=office).json()
        coach = _bearer(link["credential"]["secret"])
        to_come = first["start"][:10]
        record = {"session_date": to_come, "attendance": "held", "topic": "Own role"}
        early = client.put(f"{mine}/record", json=record, headers=coach)
        assert early.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert early.json()["faults"][0]["column"] == "session_date"
        feedback = {"attendance": "held", "answers": {"useful": 5}, "text": "to the point"}
        early = client.put(f"{mine}/feedback", json=feedback, headers=coachee)
        assert early.status_code == HTTPStatus.CONFLICT
        record["session_date"] = world.services.now().date().isoformat()
        assert client.put(f"{mine}/record", json=record, headers=coach).is_success
        begin_notebook(client, coach)
        assert client.put(f"{mine}/note", json={"text": CONFIDENCE}, headers=coach).is_success

        # The coachee gives feedback.
        assert client.put(f"{mine}/feedback", json=feedback, headers=coachee).is_success

        # Each reader sees only the reports that are visible to them.
        readers = {"office": office, "coach": coach, "coachee": coachee}
        seen = {
            (what, name): client.get(f"{mine}/{what}", headers=who).status_code
            for what in ("record", "note", "feedback")
            for name, who in readers.items()
        }
        assert {cell for cell, status in seen.items() if status == HTTPStatus.OK} == {
            ("record", "office"),
            ("record", "coach"),
            ("record", "coachee"),
            ("note", "coach"),
            ("feedback", "office"),
            ("feedback", "coachee"),
        }
        assert client.get(f"{mine}/note", headers=coach).json()["text"] == CONFIDENCE
        for who in (coachee, coach):
            hidden = client.get(f"{API}/sessions/{others['id']}", headers=who)
            assert hidden.status_code == HTTPStatus.NOT_FOUND
            own = client.get(f"{API}/me/sessions", headers=who).json()
            assert first["id"] in {session["id"] for session in own["sessions"]}
        pages = [client.get(f"{cycle}/{what}", headers=office) for what in ("schedule", "people")]
        assert not [page for page in pages if CONFIDENCE in page.text]


@pytest.mark.parametrize("name", ["coachees.xlsx", "coaches.csv", "cycle.toml"])
def test_the_package_contains_the_sample(name: str) -> None:
    assert (SAMPLE / name).is_file()
