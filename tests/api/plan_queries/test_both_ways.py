"""Asking questions and replacing coaches have the same effects through the API and on pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from matching.result import Result, Unmatched
from tests.api.both_ways import changed_rows

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"


@pytest.fixture
def plans(world: World) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return the ids of the plan and `C-1` in two identical cycles; `C-3` has no coach."""
    return _published(world), _published(world)


def _published(world: World) -> tuple[str, str]:
    cycle_id = world.cycle()
    publication = world.published(cycle_id, _one_without_coach(world))
    return publication.plan.id, world.person_id(cycle_id, "C-1")


def _one_without_coach(world: World) -> Result:
    result = world.result({"C-1": "K-1", "C-2": "K-1"})
    unmatched = Unmatched(coachee="C-3", reason="all-taken", funnel=(), remedies=())
    return result.model_copy(update={"unmatched": (unmatched,)})


@pytest.mark.parametrize(
    ("question", "form"),
    [
        ({"kind": "advise"}, "advice"),
        ({"kind": "explain"}, "explain"),
        ({"kind": "replace", "not_before": "2027-02-01", "sessions": 1}, "other-coaches"),
    ],
)
def test_question_is_asked_and_cancelled_in_the_same_way_by_json_and_page(
    world: World,
    office: httpx.Client,
    plans: tuple[tuple[str, str], tuple[str, str]],
    question: dict[str, object],
    form: str,
) -> None:
    (json_plan, json_person), (page_plan, page_person) = plans
    about_all = question["kind"] == "advise"
    question_ids: dict[str, str] = {}

    def ask_by_json() -> None:
        person = {} if about_all else {"person_id": json_person}
        answer = office.post(f"{API}/plans/{json_plan}/questions", json=question | person)
        assert answer.status_code == HTTPStatus.ACCEPTED
        question_ids["json"] = answer.json()["id"]

    def ask_on_page() -> None:
        page = f"/plans/{page_plan}" + ("" if about_all else f"/people/{page_person}")
        fields = {name: value for name, value in question.items() if name != "kind"}
        answer = office.post(f"{page}/{form}", data=fields)
        assert answer.status_code == HTTPStatus.SEE_OTHER
        question_ids["page"] = answer.headers["location"].rpartition("/")[2]

    by_json, by_page = changed_rows(world, ask_by_json), changed_rows(world, ask_on_page)
    assert by_json == by_page
    assert {row[0] for row in by_json} == {"questions", "audit"}
    assert not changed_rows(world, ask_by_json), "a valid question is not stored twice"
    assert not changed_rows(world, ask_on_page)
    assert changed_rows(
        world, lambda: office.post(f"{API}/questions/{question_ids['json']}/cancel")
    ) == changed_rows(world, lambda: office.post(f"/questions/{question_ids['page']}/cancel"))


def test_coach_is_replaced_in_the_same_way_by_json_and_page(
    world: World, office: httpx.Client, plans: tuple[tuple[str, str], tuple[str, str]]
) -> None:
    (json_plan, json_person), (page_plan, page_person) = plans
    body = {"coach": "K-2"}

    def replace_by_json() -> None:
        url = f"{API}/plans/{json_plan}/people/{json_person}/replace"
        assert office.post(url, json=body).status_code == HTTPStatus.ACCEPTED

    def replace_on_page() -> None:
        url = f"/plans/{page_plan}/people/{page_person}/replace"
        assert office.post(url, data=body).status_code == HTTPStatus.SEE_OTHER

    by_json, by_page = changed_rows(world, replace_by_json), changed_rows(world, replace_on_page)
    assert by_json == by_page
    assert {row[0] for row in by_json} == {"runs", "audit"}
