"""Pairs that ended early: the reasons that the office selects, and who can see them."""

from __future__ import annotations

from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.coaching.life.rows import EarlyEndRow
from api.data_protection.erase_people import erase_people
from api.http.principal import AccessRole, Principal
from api.own_data.leaving import leave_cycle
from api.participants.rows import PersonRow
from coach.early_ends import EarlyEndReason, Whose
from tests.api.coaching.callers import PublishedCycle, make_agreement, published_cycle

if TYPE_CHECKING:
    from conftest import World


@pytest.fixture
def cycle(world: World, client: httpx.Client) -> PublishedCycle:
    return published_cycle(world, client)


def _listed(office: httpx.Client, cycle: PublishedCycle) -> dict[str, dict[str, Any]]:
    found = office.get(f"/api/v1/cycles/{cycle.id}/early-ends").json()
    return {one["coachee_id"]: one for one in found}


def _record(
    office: httpx.Client, cycle: PublishedCycle, one: dict[str, Any], reason: str, **more: object
) -> httpx.Response:
    given = {"coach_id": one["coach_id"], "reason": reason, "whose": one["suggested"]}
    path = f"/api/v1/cycles/{cycle.id}/early-ends/{one['coachee_id']}"
    return office.put(path, json=given | {"seen": one["version"]} | more)


def _leave(cycle: PublishedCycle, code: str) -> str:
    person_id = cycle.world.person_id(cycle.id, code)
    leave_cycle(cycle.world.services, Principal(AccessRole.COACHEE, person_id=person_id))
    return person_id


def _export(cycle: PublishedCycle, code: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cycle.caller(code).get("/me/data")["early_ends"]
    return found


def test_the_office_records_why_a_pair_ended(
    office: httpx.Client, world: World, cycle: PublishedCycle
) -> None:
    assert _listed(office, cycle) == {}
    coachee, coach = cycle.caller("C-3"), cycle.caller("K-2")
    _leave(cycle, "C-3")
    one = _listed(office, cycle)[coachee.id]
    assert (one["reason"], one["suggested"], one["version"]) == (None, "coachee", 0)
    page = f"/cycles/{cycle.id}/early-ends"
    assert "no reason recorded" in office.get(page).text
    form = {"coach_id": coach.id, "reason": "deployment", "whose": "coachee", "seen": "0"}
    assert office.post(f"{page}/{coachee.id}", data=form).is_redirect
    recorded = _listed(office, cycle)[coachee.id]
    assert (recorded["reason"], recorded["whose"], recorded["version"]) == (
        *("deployment", "coachee"),
        1,
    )
    life = office.get(f"/cycles/{cycle.id}/goals/{coachee.id}").text
    assert "ended early (deployment)" in life
    with world.database.reading() as tx:
        actions = list(tx.scalars(select(AuditRow.action)))
    assert actions.count("reason of early end recorded") == 1


def test_two_managers_do_not_overwrite_each_other(
    office: httpx.Client, cycle: PublishedCycle
) -> None:
    _leave(cycle, "C-3")
    (one,) = _listed(office, cycle).values()
    assert _record(office, cycle, one, "time").is_success
    late = _record(office, cycle, one, "health")
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    form = {"coach_id": one["coach_id"], "reason": "health", "whose": "coachee", "seen": "0"}
    page = office.post(f"/cycles/{cycle.id}/early-ends/{one['coachee_id']}", data=form)
    assert page.status_code == HTTPStatus.CONFLICT
    assert 'name="seen" value="1"' in page.text
    assert "not enough time" in page.text
    assert _record(office, cycle, one, "health", seen=1).is_success


def test_a_replaced_pair_ended_early_and_a_current_or_other_one_did_not(
    office: httpx.Client, world: World, cycle: PublishedCycle
) -> None:
    coachee = cycle.caller("C-1")
    cycle.replace_coach("C-1", "K-2")
    found = _listed(office, cycle)
    assert set(found) == {coachee.id}
    assert found[coachee.id]["suggested"] == "both"
    one = found[coachee.id]
    current = one | {"coach_id": world.person_id(cycle.id, "K-2")}
    elsewhere = PublishedCycle(world, cycle.client, world.cycle())
    for place, wrong in ((cycle, current), (elsewhere, one)):
        assert _record(office, place, wrong, "time").status_code == HTTPStatus.NOT_FOUND
    assert _record(office, cycle, one, "dismissed").status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    form = {"coach_id": one["coach_id"], "whose": "both", "seen": "0"}
    page = office.post(f"/cycles/{cycle.id}/early-ends/{coachee.id}", data=form)
    assert page.status_code == HTTPStatus.UNPROCESSABLE_ENTITY


def test_only_whose_reason_it_was_gets_it_in_their_data(
    office: httpx.Client, cycle: PublishedCycle
) -> None:
    make_agreement(cycle.caller("C-1"), cycle.caller("K-1"))
    cycle.replace_coach("C-1", "K-2")
    (one,) = _listed(office, cycle).values()
    assert _record(office, cycle, one, "not_a_fit", whose="coach").is_success
    assert _export(cycle, "C-1") == []
    (reported,) = _export(cycle, "K-1")
    assert (reported["reason"], reported["whose"]) == ("not_a_fit", "coach")
    del office.headers["Authorization"]
    pages = {code: cycle.caller(code).page("/coaching") for code in ("C-1", "K-1", "K-2")}
    assert all(page.is_success for page in pages.values())
    assert "ended early" in pages["C-1"].text
    assert all("not a good fit" not in page.text for page in pages.values())


def test_an_erased_person_is_still_counted_but_not_linked(
    office: httpx.Client, world: World, cycle: PublishedCycle
) -> None:
    coachee = _leave(cycle, "C-3")
    (one,) = _listed(office, cycle).values()
    assert _record(office, cycle, one, "health").is_success
    with world.database.writing() as tx:
        erase_people(tx, cycle.id, PersonRow.id == coachee, now=world.services.now())
    assert _listed(office, cycle) == {}
    with world.database.reading() as tx:
        (row,) = tx.scalars(select(EarlyEndRow))
        assert (row.cycle_id, row.coachee_id, row.coach_id) == (None, None, None)
        assert (row.reason, row.recorded_at.day) == (EarlyEndReason.HEALTH, 1)


def test_auditors_see_a_reason_over_five_pairs_or_more(world: World, client: httpx.Client) -> None:
    def page() -> str:
        token = world.user_token(AccessRole.AUDITOR)
        return client.get("/audit", headers={"Authorization": f"Bearer {token}"}).text

    def record(*reasons: EarlyEndReason) -> None:
        with world.database.writing() as tx:
            for reason in reasons:
                moments.append(moments[-1] + timedelta(minutes=1))
                row = EarlyEndRow(reason=reason, whose=Whose.BOTH, version=1)
                row.recorded_at = moments[-1]
                tx.add(row)

    world.cycle()
    moments = [world.services.now()]
    time, post = EarlyEndReason.TIME, EarlyEndReason.CHANGE_OF_POST
    record(*(time, time, time, time, post), *(time, post, post, post))
    assert "not enough time" not in page()
    record(post)
    assert "not enough time" in page()
