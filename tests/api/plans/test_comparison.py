"""Comparison of two plans for one cycle, through the API and on the page."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import pytest

from coach.objective import ObjectiveLevel
from matching.result import LevelOutcome, Result
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    import httpx
    from conftest import World

API = "/api/v1"
OTHER_POLICY = b"""[cycle]
name = "Regional cycle 2027/1"
start = 2027-01-18
end = 2027-07-16
[sessions]
count = 2
max_gap_days = 35
[weights]
topics = 5
"""


def _with_levels(result: Result, total: int) -> Result:
    placed = len(result.matches)
    values = {ObjectiveLevel.PLACED: placed, ObjectiveLevel.KEPT: 0, ObjectiveLevel.TOTAL: total}
    levels = tuple(
        LevelOutcome(name=name, value=value, bound=value, proven=True)
        for name, value in values.items()
    )
    return result.model_copy(update={"levels": levels})


@pytest.fixture
def cycle_id(world: World) -> str:
    return world.cycle(coachees=4)


@pytest.fixture
def published(world: World, cycle_id: str) -> str:
    before = world.result({"C-1": "K-1", "C-2": "K-1", "C-3": "K-2"})
    return world.published(cycle_id, _with_levels(before, 900)).plan.id


@pytest.fixture
def draft(world: World, cycle_id: str, published: str) -> str:
    """Store a draft: C-1 as before, C-2 with another coach, C-3 without a coach, C-4 with one."""
    assert published
    after = world.result({"C-1": "K-1", "C-2": "K-2", "C-4": "K-2"})
    return world.plan(cycle_id, _with_levels(after, 880))


def test_draft_is_compared_with_the_published_plan(
    office: httpx.Client, published: str, draft: str
) -> None:
    comparison: dict[str, Any] = office.get(f"{API}/plans/{draft}/comparison").json()
    assert (comparison["before"]["id"], comparison["after"]["id"]) == (published, draft)
    assert comparison["counts"] == {"placed": 1, "unplaced": 1, "moved": 1, "retimed": 0, "same": 1}
    gains = {level["name"]: level["gain"] for level in comparison["levels"]}
    assert gains["placed"] == 0
    assert gains["total"] == -20
    because = {move["coachee"]: move["because"] for move in comparison["moves"]}
    assert because.keys() == {"C-2", "C-3", "C-4"}
    assert because["C-4"] == "had no coach before"
    assert because["C-2"] == "to make room for someone who had no coach before"


def test_two_plans_of_a_cycle_can_be_compared_in_both_directions(
    office: httpx.Client, published: str, draft: str
) -> None:
    back = office.get(f"{API}/plans/{published}/comparison", params={"before": draft}).json()
    assert back["before"]["id"] == draft
    assert {move["coachee"]: move["after"] for move in back["moves"]} == {
        "C-2": "K-1",
        "C-3": "K-2",
        "C-4": None,
    }


def test_points_under_different_weights_are_not_compared(
    world: World, office: httpx.Client, cycle_id: str, published: str
) -> None:
    assert office.put(
        f"{API}/cycles/{cycle_id}/policy", content=OTHER_POLICY, headers=ANY_VERSION
    ).is_success
    after = world.result({"C-1": "K-1", "C-2": "K-1", "C-3": "K-2"})
    plan_id = world.plan(cycle_id, _with_levels(after, 1200))
    comparison = office.get(
        f"{API}/plans/{plan_id}/comparison", params={"before": published}
    ).json()
    keys = {one["key"]: (one["before"], one["after"]) for one in comparison["settings"]}
    assert keys["sessions.max_gap_days"] == ("42", "35")
    assert "weights.topics" in keys
    assert {level["name"]: level["gain"] for level in comparison["levels"]}["total"] is None
    page = office.get(f"/plans/{plan_id}/compare", params={"before": published})
    assert "measured differently" in page.text
    assert "weights.topics" in page.text
    assert "Nothing changes for anyone." in page.text


def test_coach_who_has_left_the_cycle_is_still_shown_by_name(
    world: World, office: httpx.Client, cycle_id: str, published: str
) -> None:
    assert published
    columns = "id,name,email,country,languages,availability,rank"
    rest = "SE,sr;en,Mon 09:00-16:00,OF-5"
    coach = f"K-1,Coach 1,k1@example.org,{rest},3"
    coachees = "\n".join(f"C-{n},Coachee {n},c{n}@example.org,{rest},commander" for n in (1, 2, 3))
    files = {
        "coachees": ("c.csv", f"{columns},role\n{coachees}\n".encode()),
        "coaches": ("k.csv", f"{columns},capacity\n{coach}\n".encode()),
    }
    assert office.put(
        f"{API}/cycles/{cycle_id}/people", files=files, headers=ANY_VERSION
    ).is_success
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1", "C-2": "K-1", "C-3": "K-1"}))
    (move,) = office.get(f"{API}/plans/{plan_id}/comparison").json()["moves"]
    assert move["because"] == "K-2 is no longer in the list of coaches"
    page = office.get(f"/plans/{plan_id}/compare").text
    assert "Coach 2 (K-2)" in page, "a coach who has left is still shown by name"


def test_shorter_series_with_the_same_coach_is_a_change_of_times(
    world: World, office: httpx.Client, cycle_id: str, published: str
) -> None:
    assert published
    shorter = world.result({"C-1": "K-1", "C-2": "K-1"}, sessions=1)
    plan_id = world.plan(cycle_id, shorter)
    page = office.get(f"/plans/{plan_id}/compare").text
    assert "stays with Coach 1 (K-1), with a different number of sessions" in page
    assert "1 session instead of 2" in page
    assert "Coach 1 (K-1) instead of Coach 1 (K-1)" not in page


def test_page_shows_who_changes_and_the_difference_at_each_level(
    office: httpx.Client, published: str, draft: str
) -> None:
    page = " ".join(
        office.get(f"/plans/{draft}/compare", params={"before": published}).text.split()
    )
    for words in (
        "<b>1</b> without changes",
        "<b>1</b> no longer with a coach",
        "Coachee 2 (C-2)",
        "Coach 2 (K-2) instead of Coach 1 (K-1)",
        "no coach instead of Coach 2 (K-2)",
        "20 points fewer",
        "the same",
    ):
        assert words in page, words
    assert "Pairs kept" not in page
    plan = " ".join(office.get(f"/plans/{draft}").text.split())
    assert "Compare with another plan" in plan
    assert f'value="{published}" selected' in plan


def test_comparison_without_a_second_plan_of_the_cycle_is_refused(
    world: World, office: httpx.Client, published: str, draft: str
) -> None:
    alone = office.get(f"{API}/plans/{published}/comparison")
    assert alone.status_code == HTTPStatus.CONFLICT
    assert "choose a plan" in alone.json()["detail"]
    elsewhere = world.plan(world.cycle(), world.result({"C-1": "K-1"}))
    mixed = office.get(f"{API}/plans/{draft}/comparison", params={"before": elsewhere})
    assert mixed.status_code == HTTPStatus.CONFLICT
    assert "different cycles" in mixed.json()["detail"]
    nowhere = office.get(f"{API}/plans/{draft}/comparison", params={"before": "nope"})
    assert nowhere.status_code == HTTPStatus.NOT_FOUND
