"""Nominations: one letter for several coachees, the life of their pairs, and removal."""

from __future__ import annotations

from datetime import date, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
import pytest
from sqlalchemy import select

from api.coaching.life.rows import NominationRow
from api.data_protection.erase_people import erase_people
from api.mail.rows import MailKind, MailRow, MailState
from api.participants.rows import PersonRow
from tests.api.coaching.callers import PublishedCycle, make_agreement, published_cycle

if TYPE_CHECKING:
    from conftest import World

LETTER = {"nominated_by": "Army Command", "letter": "12-4/2026", "nominated_on": "2026-01-05"}


@pytest.fixture
def cycle(world: World, client: httpx.Client) -> PublishedCycle:
    return published_cycle(world, client)


def _nominate(
    office: httpx.Client, cycle: PublishedCycle, *codes: str, **more: str
) -> httpx.Response:
    people = [cycle.world.person_id(cycle.id, code) for code in codes]
    given = {**LETTER, "people": people, **more}
    return office.post(f"/api/v1/cycles/{cycle.id}/nominations", json=given)


def test_one_letter_nominates_several_coachees(office: httpx.Client, cycle: PublishedCycle) -> None:
    people = [cycle.world.person_id(cycle.id, code) for code in ("C-1", "C-2")]
    page = f"/cycles/{cycle.id}/nominations"
    assert "nobody yet" in office.get(page).text
    form = {**LETTER, "chosen": people}
    assert office.post(page, data=form).is_redirect
    path = f"/api/v1/cycles/{cycle.id}/nominations"
    listed = {one["person_id"]: one["nomination"] for one in office.get(path).json()}
    assert [listed[person]["letter"] for person in people] == ["12-4/2026"] * 2
    assert list(listed.values()).count(None) == len(listed) - 2
    assert "Army Command" in office.get(f"{page}?nominated=yes").text
    assert office.post(f"{page}/{listed[people[0]]['id']}/remove").is_redirect
    assert office.delete(f"{path}/{listed[people[1]]['id']}").is_success
    assert office.delete(f"{path}/{listed[people[1]]['id']}").status_code == HTTPStatus.NOT_FOUND
    assert "Army Command" not in office.get(page).text


def test_all_of_a_letter_are_recorded_or_none(office: httpx.Client, cycle: PublishedCycle) -> None:
    assert _nominate(office, cycle, "C-1").status_code == HTTPStatus.CREATED
    assert _nominate(office, cycle, "C-2", "C-1").status_code == HTTPStatus.CONFLICT
    assert _nominate(office, cycle, "C-2", "K-1").status_code == HTTPStatus.NOT_FOUND
    future = f"{date.today() + timedelta(days=3):%Y-%m-%d}"  # noqa: DTZ011 - any day to come
    assert _nominate(office, cycle, "C-2", nominated_on=future).status_code == HTTPStatus.CONFLICT
    assert _nominate(office, cycle).status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    with cycle.world.database.reading() as tx:
        assert len(tx.scalars(select(NominationRow)).all()) == 1
    other = PublishedCycle(cycle.world, cycle.client, cycle.world.cycle())
    given = {**LETTER, "people": [cycle.world.person_id(cycle.id, "C-2")]}
    answer = office.post(f"/api/v1/cycles/{other.id}/nominations", json=given)
    assert answer.status_code == HTTPStatus.NOT_FOUND


def test_a_refused_letter_keeps_what_was_entered_and_chosen(
    office: httpx.Client, cycle: PublishedCycle
) -> None:
    person = cycle.world.person_id(cycle.id, "C-1")
    form = {**LETTER, "nominated_by": " ", "chosen": [person]}
    page = office.post(f"/cycles/{cycle.id}/nominations", data=form)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'value="12-4/2026"' in page.text
    assert page.text.count("checked") == 1
    assert '<a href="#nominated_by"><b>Nominated by</b> Fill in this field.</a>' in page.text


def test_nomination_and_invitation_are_in_the_life_but_not_for_the_coach(
    office: httpx.Client, world: World, cycle: PublishedCycle
) -> None:
    assert _nominate(office, cycle, "C-1").is_success
    coachee = cycle.caller("C-1")
    now = world.services.now()
    with world.database.writing() as tx:
        tx.add(
            MailRow(
                kind=MailKind.DETAILS_REQUEST,
                cycle_id=cycle.id,
                person_id=coachee.id,
                state=MailState.SENT,
                created_at=now,
                ended_at=now,
            )
        )
    path = f"/api/v1/cycles/{cycle.id}"
    (life,) = office.get(f"{path}/goals/{coachee.id}").json()["lives"]
    assert {"nominated", "invited"} <= {step["state"] for step in life["steps"]}
    (listed,) = (
        one for one in office.get(f"{path}/nominations").json() if one["person_id"] == coachee.id
    )
    assert listed["invited_at"] is not None
    make_agreement(coachee, cycle.caller("K-1"))
    del office.headers["Authorization"]
    seen = {code: cycle.caller(code).page("/coaching").text for code in ("C-1", "K-1")}
    assert all("agreement made" in page for page in seen.values())
    assert "nominated" in seen["C-1"]
    assert "nominated" not in seen["K-1"]


def test_a_nomination_is_exported_and_erased(
    office: httpx.Client, world: World, cycle: PublishedCycle
) -> None:
    assert _nominate(office, cycle, "C-3", nominated_by="Office of Coachee 2").is_success
    assert _nominate(office, cycle, "C-2").is_success
    export = cycle.caller("C-3").get("/me/data")
    assert export["nomination"]["letter"] == "12-4/2026"
    coachee = world.person_id(cycle.id, "C-2")
    with world.database.writing() as tx:
        name = tx.get_one(PersonRow, coachee).name
        tx.scalars(
            select(NominationRow).where(NominationRow.person_id != coachee)
        ).one().nominated_by = f"Office of {name}"
        erase_people(tx, cycle.id, PersonRow.id == coachee, now=world.services.now())
    with world.database.reading() as tx:
        (row,) = tx.scalars(select(NominationRow))
        assert name not in row.nominated_by
