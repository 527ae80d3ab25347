"""A plan's name and comment, on their page and in the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select, true

from api.audit_trail.rows import AuditRow
from api.data_protection.erase_people import erase_people
from api.data_protection.erase_runs import erase_runs
from api.participants.rows import PersonRow
from api.plans.label import PlanLabel, change_label, read_label
from coach.errors import ChangedSinceError

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"


@pytest.fixture
def plan_id(world: World) -> str:
    return world.plan(world.cycle(), world.result({"C-1": "K-1"}))


def test_name_and_comment_are_shown_wherever_the_plan_is_named(
    world: World, office: httpx.Client, plan_id: str
) -> None:
    form = {
        "name": " Third coach from Oslo ",
        "comment": "For the meeting.\r\nKeep it.",
        "version": "0",
    }
    saved = office.post(f"/plans/{plan_id}/label", data=form, follow_redirects=False)
    assert saved.headers["Location"] == f"/plans/{plan_id}"
    page = office.get(f"/plans/{plan_id}").text
    assert "For the meeting.\nKeep it." in page
    cycle_id = read_label(world.services, plan_id).cycle.id
    for address in (f"/plans/{plan_id}", f"/cycles/{cycle_id}", f"/plans/{plan_id}/coaches"):
        assert "Third coach from Oslo" in office.get(address).text
    listed = office.get(f"{API}/cycles/{cycle_id}/plans").json()
    assert [one["name"] for one in listed] == ["Third coach from Oslo"]


def test_trail_names_what_was_changed_and_not_the_text(
    world: World, office: httpx.Client, plan_id: str
) -> None:
    address = f"{API}/plans/{plan_id}/label"
    tag = office.get(address).headers["ETag"]
    label = {"name": "", "comment": "Only if Maria agrees"}
    first = office.put(address, json=label, headers={"If-Match": tag})
    again = office.put(address, json=label, headers={"If-Match": first.headers["ETag"]})
    assert (first.status_code, again.headers["ETag"]) == (HTTPStatus.OK, first.headers["ETag"])
    with world.database.reading() as tx:
        events = tx.scalars(select(AuditRow).where(AuditRow.action == "plan labelled")).all()
        assert [one.detail for one in events] == [{"version": 1, "comment": "changed"}]


def test_change_of_somebody_else_is_shown_and_not_replaced(
    world: World, office: httpx.Client, plan_id: str
) -> None:
    change_label(world.services, plan_id, PlanLabel(name="Theirs"), version=0)
    refused = office.post(f"/plans/{plan_id}/label", data={"name": "Mine", "version": "0"})
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Theirs" in refused.text
    assert 'value="Mine"' in refused.text
    assert read_label(world.services, plan_id).summary.name == "Theirs"
    with pytest.raises(ChangedSinceError):
        change_label(world.services, plan_id, PlanLabel(name="Mine"), version=0)


def test_fault_keeps_the_version_that_the_form_was_shown_with(
    world: World, office: httpx.Client, plan_id: str
) -> None:
    change_label(world.services, plan_id, PlanLabel(name="Theirs"), version=0)
    faulty = office.post(f"/plans/{plan_id}/label", data={"name": "x" * 81, "version": "0"})
    assert faulty.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert 'name="version" value="0"' in faulty.text


def test_comment_about_an_erased_person_is_removed_and_others_stay(
    world: World, plan_id: str
) -> None:
    label = PlanLabel(name="First draft", comment="Without Coachee 2 (C-2)")
    change_label(world.services, plan_id, label, version=0)
    cycle_id = read_label(world.services, plan_id).cycle.id
    with world.database.writing() as tx:
        erase_people(tx, cycle_id, PersonRow.code == "C-2", now=world.services.now())
    stored = read_label(world.services, plan_id)
    assert (stored.summary.name, stored.summary.comment) == ("First draft", "")
    assert stored.version == 2
    with world.database.writing() as tx:
        erase_people(tx, cycle_id, true(), now=world.services.now())
        erase_runs(tx, cycle_id)
    assert read_label(world.services, plan_id).summary.name == ""
