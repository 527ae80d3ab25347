"""Guidance cards on the office's and on participants' pages, and through the API."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select

from api.audit_trail.rows import AuditRow
from api.guidance import service as guidance
from api.guidance.service import CardState
from api.http.urls import API
from coach.errors import NotFoundError, UnusableInputError
from tests.api.guidance.cards import CARD

if TYPE_CHECKING:
    import httpx
    from conftest import World


def states(world: World) -> dict[str, CardState]:
    return {card.country: card.state for card in guidance.list_cards(world.services)}


def test_countries_of_participants_without_a_card_are_listed(world: World) -> None:
    world.cycle()
    assert states(world) == {"RS": CardState.MISSING, "SE": CardState.MISSING}
    guidance.store_card(world.services, "rs.toml", CARD.encode())
    assert states(world) == {"RS": CardState.CURRENT, "SE": CardState.MISSING}
    later = world.services.now() + timedelta(days=320)
    assert guidance.list_cards(replace(world.services, now=lambda: later))[0].state is CardState.DUE


def test_a_faulty_card_changes_nothing(world: World, office: httpx.Client) -> None:
    guidance.store_card(world.services, "rs.toml", CARD.encode())
    faulty = CARD.replace("Ombudsperson", "").replace("Call 112.", "Call 911.")
    answer = office.post("/guidance", files={"file": ("rs.toml", faulty.encode())})
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "Line 4, <code>reviewed_by</code>" in answer.text
    assert guidance.read_card(world.services, "RS").danger_to_life == "Call 112."


@pytest.mark.parametrize("content", [b"\xff\xfe", b"#" * (guidance.MAX_CARD_BYTES + 1)])
def test_other_files_are_refused(world: World, content: bytes) -> None:
    with pytest.raises(UnusableInputError):
        guidance.store_card(world.services, "rs.toml", content)


def test_a_manager_uploads_views_changes_and_removes_a_card(office: httpx.Client) -> None:
    assert office.get("/guidance/template.toml").text.startswith("# A guidance card")
    office.post("/guidance", files={"file": ("rs.toml", CARD.encode())})
    assert "current" in office.get("/guidance").text
    page = office.get("/guidance/RS").text
    assert "Before you go on, I must tell you" in page
    assert "Office &lt;of&gt; the ombudsperson" in page
    assert office.get("/guidance/RS/card.toml").text == CARD
    office.post("/guidance/RS/remove")
    assert office.get("/guidance/RS").status_code == HTTPStatus.NOT_FOUND


def test_programs_keep_cards_too(world: World, client: httpx.Client) -> None:
    manager = {"Authorization": f"Bearer {world.manager_token()}"}

    def put(text: str) -> httpx.Response:
        toml = manager | {"Content-Type": "application/toml"}
        return client.put(f"{API}/guidance", content=text, headers=toml)

    assert put(CARD).json() == {"country": "RS", "state": "current", "reviewed_on": "2026-10-01"}
    assert put("country = 1").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    read = client.get(f"{API}/guidance/RS", headers=manager).json()
    assert read["contacts"][0]["hours"] == "Mon to Fri"
    assert client.delete(f"{API}/guidance/RS", headers=manager).status_code == HTTPStatus.NO_CONTENT
    assert client.get(f"{API}/guidance", headers=manager).json() == []


def test_people_see_the_cards_of_those_whom_they_meet_and_nothing_records_it(
    world: World, client: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1"}))
    guidance.store_card(world.services, "rs.toml", CARD.encode())
    link = world.link(cycle_id, "K-1").secret

    def events() -> int | None:
        with world.database.reading() as tx:
            return tx.scalar(select(func.max(AuditRow.number)))

    client.get(f"/p/{link}")  # records the first use of the link
    before = events()
    capsys.readouterr()
    page = client.get(f"/p/{link}/guidance").text
    assert events() == before
    logged = capsys.readouterr().out
    assert "route=/p/{link}/guidance" in logged
    assert world.person_id(cycle_id, "K-1") not in logged
    assert link not in logged
    assert "Call 112." in page  # of the coachee's country
    assert "has no guidance for this country yet" in page  # of the coach's own
    assert f"/p/{link}/guidance" in client.get(f"/p/{link}").text


def test_a_draft_warns_about_missing_cards_before_it_is_published(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    plan = world.plan(cycle_id, world.result({"C-1": "K-1"}))
    assert "for: Serbia; Sweden" in " ".join(office.get(f"/plans/{plan}").text.split())
    guidance.store_card(world.services, "rs.toml", CARD.encode())
    guidance.store_card(world.services, "se.toml", CARD.replace('"rs"', '"se"').encode())
    assert "Guidance for coaches is missing" not in office.get(f"/plans/{plan}").text


def test_cards_are_found_by_their_country_alone(world: World) -> None:
    with pytest.raises(NotFoundError):
        guidance.read_card(world.services, "rs")
