"""A deployment's modules, on the office's pages and in the API."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.audit_trail.rows import AuditRow
from api.http.principal import AccessRole
from api.http.urls import API

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import World

MODULES = f"{API}/modules"
OWN: dict[str, Any] = {
    "code": "C1",
    "title": {"en": "Our own module"},
    "level": "basic",
    "order": 20,
    "minutes": 45,
    "objectives": [{"text": {"en": "Know it"}}, {"text": {"en": "Do it"}}],
    "prerequisites": ["B1"],
}
FORM = {
    "code": "C1",
    "title": "Our own module",
    "level": "basic",
    "order": "20",
    "minutes": "45",
    "objectives": "Know it\n\nDo it\n",
    "prerequisites": "b1, B2",
    "before": "Read the study",
    "materials": "https://www.seesac.org/study Study of the region",
}


def listed(client: httpx.Client, **headers: str) -> dict[str, dict[str, Any]]:
    """Return the listed modules, keyed by code."""
    return {one["module"]["code"]: one for one in client.get(MODULES, headers=headers).json()}


def as_person(world: World, code: str) -> dict[str, str]:
    """Return the header with which a person in a new cycle calls the API."""
    return {"Authorization": f"Bearer {world.link(world.cycle(), code).secret}"}


@pytest.mark.parametrize("code", ["K-1", "C-1"])
def test_coaches_and_coachees_see_an_objective_only_once_a_manager_has_approved_it(
    world: World, office: httpx.Client, client: httpx.Client, code: str
) -> None:
    headers = as_person(world, code)
    assert len(listed(office)["B2"]["module"]["objectives"]) == 2
    assert listed(client, **headers)["B2"]["module"]["objectives"] == []
    page = office.get("/curriculum/B2").text
    assert page.count("</svg>draft</span>") >= 2
    office.post("/curriculum/B2/approve", data={"version": "0", "objectives": "1"})
    (seen,) = listed(client, **headers)["B2"]["module"]["objectives"]
    assert seen == listed(office)["B2"]["module"]["objectives"][1]
    office.post(f"{MODULES}/B2/approval", json={"version": 1})
    assert len(listed(client, **headers)["B2"]["module"]["objectives"]) == 2
    assert "</svg>draft</span>" not in office.get("/curriculum/B2").text


def test_form_without_marked_objectives_approves_none(office: httpx.Client) -> None:
    for chosen in ({}, {"objectives": "x"}):
        office.post("/curriculum/B2/approve", data={"version": "0", **chosen})
    assert listed(office)["B2"]["version"] == 0


def test_approval_is_refused_if_the_module_was_changed_since(office: httpx.Client) -> None:
    changed = listed(office)["B2"]["module"] | {"minutes": 90}
    assert office.put(f"{MODULES}/B2?version=0", json=changed).status_code == HTTPStatus.OK
    late = office.post(f"{MODULES}/B2/approval", json={"version": 0})
    assert late.status_code == HTTPStatus.PRECONDITION_FAILED
    page = office.post("/curriculum/B2/approve", data={"version": "0", "objectives": "0"})
    assert page.status_code == HTTPStatus.CONFLICT
    assert "somebody else has changed this module" in page.text.lower()
    assert all(one["draft"] for one in listed(office)["B2"]["module"]["objectives"])


def test_changing_a_module_approves_only_what_was_worded_anew(office: httpx.Client) -> None:
    before = listed(office)["B2"]["module"]
    objectives = [before["objectives"][0]["text"]["en"], "Another objective"]
    form = FORM | {"title": before["title"]["en"], "order": "2", "prerequisites": "B1"}
    form |= {"version": "0", "objectives": "\n".join(objectives)}
    assert office.post("/curriculum/B2", data=form).status_code == HTTPStatus.SEE_OTHER
    after = listed(office)["B2"]
    assert [one["draft"] for one in after["module"]["objectives"]] == [True, False]
    assert after["module"]["minutes"] == 45
    assert (after["own"], after["version"]) == (False, 1)


def test_office_adds_a_module_of_its_own(office: httpx.Client) -> None:
    assert office.post("/curriculum/add", data=FORM).status_code == HTTPStatus.SEE_OTHER
    added = listed(office)["C1"]
    assert added["own"]
    assert added["module"]["prerequisites"] == ["B1", "B2"]
    assert added["module"]["materials"] == [
        {"title": "Study of the region", "url": "https://www.seesac.org/study"}
    ]
    page = office.get("/curriculum/C1").text
    assert "(www.seesac.org)" in page
    assert 'rel="noreferrer noopener"' in page
    assert "Our own module" in office.get("/curriculum").text


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"code": "c 1"}, "fault-code"),
        ({"code": "B1"}, "There is already a module B1"),
        ({"title": ""}, "fault-title"),
        ({"minutes": "600"}, "480 or less"),
        ({"objectives": "Only one"}, "at least 2 items"),
        ({"prerequisites": "B9"}, "There is no module with the code B9"),
        ({"prerequisites": "A1"}, "A1 comes later"),
        ({"materials": "https://www.seesac.org/study"}, "title after the address"),
        ({"materials": "http://www.seesac.org/ Study"}, "valid web address"),
    ],
)
def test_form_with_faults_is_returned_with_what_was_entered(
    office: httpx.Client, changed: dict[str, str], fault: str
) -> None:
    answer = office.post("/curriculum/add", data=FORM | changed)
    assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
    assert fault in answer.text
    assert "Read the study" in answer.text
    assert "C1" not in listed(office)


def test_module_keeps_its_code_and_comes_before_those_that_name_it(office: httpx.Client) -> None:
    module = listed(office)["B1"]["module"]
    for wrong in ({"code": "B9"}, {"order": 3}):
        answer = office.put(f"{MODULES}/B1?version=0", json=module | wrong)
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY, wrong
    assert listed(office)["B1"]["version"] == 0


def test_retired_module_is_hidden_from_people_until_it_is_used_again(
    world: World, office: httpx.Client, client: httpx.Client
) -> None:
    headers = as_person(world, "K-1")
    office.post("/curriculum/B5/retire")
    office.post("/curriculum/B5/retire")
    assert "B5" not in listed(client, **headers)
    assert listed(office)["B5"]["retired_at"]
    assert listed(office)["B5"]["version"] == 1
    office.post("/curriculum/B5/restore")
    assert "B5" in listed(client, **headers)


def test_only_own_modules_that_no_other_names_are_deleted(office: httpx.Client) -> None:
    assert office.delete(f"{MODULES}/B1").status_code == HTTPStatus.CONFLICT
    office.post(MODULES, json=OWN)
    office.post(MODULES, json=OWN | {"code": "C2", "order": 21, "prerequisites": ["C1"]})
    refused = office.post("/curriculum/C1/delete")
    assert refused.status_code == HTTPStatus.CONFLICT
    assert "Module C2 builds on this one" in refused.text
    assert office.delete(f"{MODULES}/C2").status_code == HTTPStatus.NO_CONTENT
    assert office.post("/curriculum/C1/delete").status_code == HTTPStatus.SEE_OTHER
    assert not {"C1", "C2"} & listed(office).keys()


def test_auditor_reads_modules_and_drafts_but_changes_nothing(
    world: World, client: httpx.Client
) -> None:
    headers = {"Authorization": f"Bearer {world.user_token(AccessRole.AUDITOR)}"}
    assert listed(client, **headers)["B1"]["module"]["objectives"]
    assert client.post(MODULES, json=OWN, headers=headers).status_code == HTTPStatus.FORBIDDEN


def test_changes_of_modules_are_in_the_audit_trail(world: World, office: httpx.Client) -> None:
    office.post(MODULES, json=OWN)
    office.post(f"{MODULES}/B1/approval", json={"version": 0})
    office.put(f"{MODULES}/C1/retirement")
    office.delete(f"{MODULES}/C1/retirement")
    office.put(f"{MODULES}/C1?version=3", json=OWN | {"minutes": 30})
    office.delete(f"{MODULES}/C1")
    with world.database.reading() as tx:
        of_modules = select(AuditRow).where(AuditRow.object_kind == "module")
        rows = tx.scalars(of_modules.order_by(AuditRow.number))
        found = [(row.action, row.object_id) for row in rows]
    assert found == [
        ("module added", "C1"),
        ("objectives approved", "B1"),
        ("module retired", "C1"),
        ("module restored", "C1"),
        ("module changed", "C1"),
        ("module deleted", "C1"),
    ]


def test_list_of_modules_costs_the_same_queries_for_any_number(
    office: httpx.Client, count_queries: Callable[[], int]
) -> None:
    office.get(MODULES)
    count_queries()
    office.get(MODULES)
    few = count_queries()
    for number in range(9):
        office.post(MODULES, json=OWN | {"code": f"D{number}", "order": 30 + number})
    count_queries()
    office.get(MODULES)
    assert count_queries() == few
