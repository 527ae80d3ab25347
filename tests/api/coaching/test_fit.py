"""The fit question: its recipients and times, who can see the answers, and their effects."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.overview.to_do import ToDoKind, read_to_do
from tests.api.coaching.callers import Caller, PublishedCycle, published_cycle

if TYPE_CHECKING:
    from conftest import World


@pytest.fixture
def cycle(world: World, client: httpx.Client) -> PublishedCycle:
    return published_cycle(world, client)


def _asking(world: World) -> list[int]:
    to_do = read_to_do(world.services)
    return [one.count for one in to_do if one.kind is ToDoKind.ANOTHER_COACH]


def _answer(person: Caller, other: Caller, fit: str) -> httpx.Response:
    return person.call("PUT", f"/me/pairs/{other.id}/fit", {"fit": fit})


def test_each_is_asked_once_the_first_session_is_over(cycle: PublishedCycle) -> None:
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    assert _answer(coachee, coach, "good").status_code == HTTPStatus.CONFLICT
    assert "Are you a good fit?" not in coachee.page("/coaching").text
    cycle.hold_first_session("C-1")
    for person, other in ((coachee, coach), (coach, coachee)):
        assert "Your first session is over." in person.page("/coaching").text
        assert person.page(f"/coaching/{other.id}/fit").is_success
        assert person.page(f"/coaching/{other.id}/fit", {"fit": "deciding"}).is_redirect
        assert person.get(f"/me/pairs/{other.id}/fit")["fit"] == "deciding"
        assert "Your first session is over." not in person.page("/coaching").text


def test_a_contracting_session_is_named_as_such_and_asks_for_no_fit(
    cycle: PublishedCycle,
) -> None:
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    cycle.hold_first_session("C-1", contracting=True)
    assert _answer(coachee, coach, "good").status_code == HTTPStatus.CONFLICT
    assert "Your first session is over." not in coachee.page("/coaching").text
    session = next(one for one in coachee.get("/me/sessions")["sessions"] if not one["number"])
    assert "Contracting session" in coachee.page(f"/sessions/{session['id']}").text


def test_poor_fit_lets_the_pair_end_without_revealing_who_reported_it(
    world: World, cycle: PublishedCycle
) -> None:
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    cycle.hold_first_session("C-1")
    headers = {"Authorization": f"Bearer {world.manager_token()}"}
    address = f"/cycles/{cycle.id}/agreements"
    pages = []
    for person, other in ((coachee, coach), (coach, coachee)):
        assert _answer(person, other, "not_good").is_success
        assert _asking(world) == [1]
        page = coachee.client.get(address, headers=headers).text
        assert "1 pair has asked for another coach" in page
        assert f"/people/{coachee.id}#other-coaches" in page
        pages.append((page, coachee.client.get(f"/api/v1{address}", headers=headers).text))
        assert _answer(person, other, "deciding").is_success
        assert _asking(world) == []
    assert pages[0] == pages[1]


def test_the_other_one_and_the_trail_learn_nothing_of_an_answer(
    world: World, cycle: PublishedCycle
) -> None:
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    cycle.hold_first_session("C-1")
    before = [
        coach.page(path).text
        for path in (
            "/coaching",
            f"/coaching/{coachee.id}/fit",
            f"/coaching/{coachee.id}/agreement",
        )
    ]
    assert _answer(coachee, coach, "not_good").is_success
    after = [
        coach.page(path).text
        for path in (
            "/coaching",
            f"/coaching/{coachee.id}/fit",
            f"/coaching/{coachee.id}/agreement",
        )
    ]
    assert before == after
    assert coach.get(f"/me/pairs/{coachee.id}/fit")["fit"] is None
    with world.database.reading() as tx:
        row = tx.scalars(select(AuditRow).where(AuditRow.action == "fit answered")).one()
        assert "not_good" not in str(row.detail)


def test_request_for_another_coach_ends_once_there_is_one(
    world: World, cycle: PublishedCycle
) -> None:
    coachee, coach = cycle.caller("C-1"), cycle.caller("K-1")
    cycle.hold_first_session("C-1")
    assert _answer(coachee, coach, "not_good").is_success
    cycle.replace_coach("C-1", "K-2")
    assert _asking(world) == []
    assert _answer(coachee, coach, "good").status_code == HTTPStatus.CONFLICT
    assert _answer(coach, coachee, "good").status_code == HTTPStatus.NOT_FOUND


def test_other_people_are_not_asked(cycle: PublishedCycle) -> None:
    coachee, stranger = cycle.caller("C-1"), cycle.caller("K-2")
    cycle.hold_first_session("C-1")
    assert _answer(stranger, coachee, "good").status_code == HTTPStatus.NOT_FOUND
    assert stranger.page(f"/coaching/{coachee.id}/fit").status_code == HTTPStatus.NOT_FOUND
