"""Up to four plans of a cycle side by side."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.plans.side_by_side import side_by_side
from api.plans.stored_plan import stored_plans
from coach.objective import ObjectiveLevel
from matching.result import LevelOutcome
from tests.api.conftest import ANY_VERSION

if TYPE_CHECKING:
    import httpx
    from conftest import World


def _plan(
    world: World, cycle_id: str, pairs: dict[str, str], sessions: int = 2, **levels: int
) -> str:
    outcomes = tuple(
        LevelOutcome(name=ObjectiveLevel(name), value=value, bound=value, proven=True)
        for name, value in levels.items()
    )
    result = world.result(pairs, sessions=sessions)
    return world.plan(cycle_id, result.model_copy(update={"levels": outcomes}))


@pytest.fixture
def cycle_id(world: World) -> str:
    return world.cycle(coachees=4)


@pytest.fixture
def plan_ids(world: World, cycle_id: str) -> list[str]:
    first = _plan(world, cycle_id, {"C-1": "K-1", "C-2": "K-1", "C-3": "K-2"}, placed=3, total=900)
    second = _plan(world, cycle_id, {"C-1": "K-1", "C-2": "K-2", "C-4": "K-2"}, placed=3, total=880)
    third = _plan(world, cycle_id, {"C-1": "K-1"}, sessions=1, placed=1, total=300)
    return [first, second, third]


def test_each_difference_is_shown_and_equal_coachees_are_counted(
    world: World, plan_ids: list[str]
) -> None:
    with world.database.reading() as tx:
        compared = side_by_side(stored_plans(tx, plan_ids[:2]))
        three = side_by_side(stored_plans(tx, plan_ids))
    assert [plan.summary.id for plan in three.plans] == plan_ids
    assert {one.code: one.coaches for one in compared.coachees} == {
        "C-2": ("K-1", "K-2"),
        "C-3": ("K-2", ""),
        "C-4": ("", "K-2"),
    }
    assert compared.same == 1
    assert {one.code: one.other_times for one in three.coachees}["C-1"] == (False, False, True)
    assert [(one.name.value, one.values, one.behind) for one in three.levels] == [
        ("placed", (3, 3, 1), (0, 0, 2)),
        ("total", (900, 880, 300), (0, 20, 600)),
    ]


def test_points_under_other_weights_have_no_distance(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle(coachees=4)
    first = _plan(world, cycle_id, {"C-1": "K-1"}, placed=1, total=300)
    changed = office.patch(
        f"/api/v1/cycles/{cycle_id}/policy", json={"weights": {"topics": 5}}, headers=ANY_VERSION
    )
    assert changed.is_success
    second = _plan(world, cycle_id, {"C-1": "K-1"}, placed=1, total=500)
    with world.database.reading() as tx:
        compared = side_by_side(stored_plans(tx, [first, second]))
    assert [one.key for one in compared.settings] == ["weights.topics"]
    assert [one.behind for one in compared.levels] == [(0, 0), (0, None)]


def test_page_marks_differences_in_words(
    office: httpx.Client, cycle_id: str, plan_ids: list[str]
) -> None:
    chosen = "&".join(f"plan={one}" for one in plan_ids)
    page = office.get(f"/cycles/{cycle_id}/plans/compare?{chosen}", follow_redirects=True)
    words = " ".join(page.text.split())
    for text in ("best of these", "20 points behind the best", "no coach", "other times"):
        assert text in words
    filtered = office.get(f"{page.url}&differs=times")
    assert "Coachee 1" in filtered.text
    assert "Coachee 2" not in filtered.text.partition("<h1>")[2]


def test_too_few_too_many_and_foreign_plans_are_refused_with_a_form(
    world: World, office: httpx.Client, cycle_id: str, plan_ids: list[str]
) -> None:
    address = f"/cycles/{cycle_id}/plans/compare"
    foreign = world.plan(world.cycle(), world.result({"C-1": "K-1"}))
    for ids in (plan_ids[:1], [plan_ids[0], foreign], [*plan_ids, "x", "y"]):
        answer = office.get(address, params={"plans": ".".join(ids)})
        assert answer.status_code == HTTPStatus.UNPROCESSABLE_ENTITY
        assert "choose at least two" in answer.text.casefold()
        assert foreign not in answer.text
    assert office.get(address).text.count("checked") == len(plan_ids)
