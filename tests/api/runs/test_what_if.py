"""What-if runs use another policy without changing the cycle's own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import httpx
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from tests.api.conftest import ANY_VERSION
from tests.api.following import over

if TYPE_CHECKING:
    from conftest import World


API = "/api/v1"
OTHER = b"""[cycle]
name = "Regional cycle 2027/1"
start = 2027-01-18
end = 2027-07-16
[sessions]
count = 3
"""


def test_what_if_can_be_compared_but_not_published(world: World, working: httpx.Client) -> None:
    cycle_id = world.cycle()
    world.published(cycle_id, world.result({"C-1": "K-1", "C-2": "K-1", "C-3": "K-2"}))
    before = working.get(f"{API}/cycles/{cycle_id}/policy").json()

    response = working.post(f"{API}/cycles/{cycle_id}/what-if", content=OTHER)
    assert response.status_code == HTTPStatus.ACCEPTED
    assert response.json()["purpose"] == "what-if"
    run = over(working, f"{API}/runs/{response.json()['id']}")
    assert run["state"] == "finished", run

    plan = working.get(f"{API}/plans/{run['plan_id']}").json()
    assert plan["summary"]["state"] == "what-if"
    assert {len(match["sessions"]) for match in plan["result"]["matches"]} == {3}
    assert not plan["outdated"]
    assert working.get(f"{API}/cycles/{cycle_id}/policy").json() == before
    assert working.get(f"{API}/cycles/{cycle_id}").json()["draft_plan_ids"] == []

    refused = working.post(f"{API}/plans/{run['plan_id']}/publish", headers=ANY_VERSION)
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "cannot be published" in refused.json()["detail"]

    comparison = working.get(f"{API}/plans/{run['plan_id']}/comparison").json()
    assert [(one["key"], one["before"], one["after"]) for one in comparison["settings"]] == [
        ("sessions.count", "2", "3")
    ]
    page = working.get(f"/plans/{run['plan_id']}").text
    assert "it cannot be published" in " ".join(page.split())
    assert "<code>sessions.count</code>" in page
    assert "Publish this plan" not in page
    assert "what-if</span>" in working.get(f"/cycles/{cycle_id}").text
    with world.database.reading() as tx:
        requested = select(AuditRow.detail).where(AuditRow.action == "run asked for")
        assert {"purpose": "what-if"} in tx.scalars(requested).all()


def test_page_starts_a_what_if_or_shows_the_faults_in_its_file(
    world: World, office: httpx.Client
) -> None:
    cycle_id = world.cycle()
    pinned = OTHER + b'\n[pins]\n"C-99" = "K-1"\n'
    bad = office.post(f"/cycles/{cycle_id}/what-if", files={"file": ("try.toml", pinned)})
    assert bad.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert "try.toml" in bad.text
    assert "C-99" in bad.text
    good = office.post(f"/cycles/{cycle_id}/what-if", files={"file": ("try.toml", OTHER)})
    assert good.status_code == HTTPStatus.SEE_OTHER
    run = office.get(good.headers["location"]).text
    assert "What-if run" in run
    again = office.post(f"/cycles/{cycle_id}/what-if", files={"file": ("try.toml", OTHER)})
    assert again.status_code == HTTPStatus.CONFLICT


def test_what_if_for_a_cycle_without_people_is_refused(office: httpx.Client) -> None:
    cycle_id = office.post(f"{API}/cycles", content=OTHER).json()["id"]
    refused = office.post(f"{API}/cycles/{cycle_id}/what-if", content=OTHER)
    assert refused.status_code == HTTPStatus.CONFLICT
    nowhere = office.post(f"{API}/cycles/nope/what-if", content=OTHER)
    assert nowhere.status_code == HTTPStatus.NOT_FOUND
