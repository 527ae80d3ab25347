"""A plan's lists of coachees and coaches, with search, filters and sorting."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from api.lists.query import ListQuery
from api.lists.selection import select_rows
from api.plan_queries.plan_list import (
    COACH_ACCESS,
    COACH_LIST,
    COACHEE_ACCESS,
    COACHEE_LIST,
    ListedCoach,
    listed_coachees,
    listed_coaches,
    load_chart,
)
from api.plans.stored_plan import StoredPlan, stored_plan
from api.runs.rows import PlanRow, RunRow
from matching.facts.rules import COMMON_LANGUAGE
from matching.result import Unmatched, Verdict
from tests.texts import ENGLISH

if TYPE_CHECKING:
    import httpx
    from conftest import World

LEFT_OUT = Unmatched(coachee="C-3", reason="all-taken", funnel=(), remedies=())


@pytest.fixture
def plan(world: World) -> StoredPlan:
    """Return a plan for three coachees, one with a repeated pair and one without a coach."""
    cycle_id = world.cycle()
    result = world.result({"C-1": "K-1", "C-2": "K-1"})
    first, second = result.matches
    reason = COMMON_LANGUAGE(language="sr")
    repeated = Verdict(rule="repeat", points=0, weight=0, reason=reason)
    again = second.model_copy(update={"verdicts": (*second.verdicts, repeated), "points": 200})
    plan_id = world.plan(
        cycle_id,
        result.model_copy(update={"matches": (first, again), "unmatched": (LEFT_OUT,)}),
    )
    with world.database.reading() as tx:
        return stored_plan(tx, plan_id)


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        (ListQuery(COACHEE_LIST, "name"), "C-1 C-2 C-3"),
        (ListQuery(COACHEE_LIST, "points", descending=True), "C-1 C-2 C-3"),
        (ListQuery(COACHEE_LIST, "points"), "C-3 C-2 C-1"),
        (ListQuery(COACHEE_LIST, "coach"), "C-1 C-2 C-3"),
        (ListQuery(COACHEE_LIST, "id", chosen={"show": "matched"}), "C-1 C-2"),
        (ListQuery(COACHEE_LIST, "id", chosen={"show": "unmatched"}), "C-3"),
        (ListQuery(COACHEE_LIST, "id", chosen={"show": "repeated"}), "C-2"),
        (ListQuery(COACHEE_LIST, "id", chosen={"show": "pinned"}), ""),
        (ListQuery(COACHEE_LIST, "id", chosen={"show": "changed"}), ""),
        (ListQuery(COACHEE_LIST, "id", text="coach 1"), "C-1 C-2"),
        (ListQuery(COACHEE_LIST, "id", text="C-3"), "C-3"),
    ],
)
def test_coachees_are_searched_filtered_and_sorted(
    plan: StoredPlan, query: ListQuery, codes: str
) -> None:
    rows = select_rows(listed_coachees(plan), query, COACHEE_ACCESS).rows
    assert [row.code for row in rows] == codes.split()


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        (ListQuery(COACH_LIST, "name"), "K-1 K-2"),
        (ListQuery(COACH_LIST, "free", descending=True), "K-2 K-1"),
        (ListQuery(COACH_LIST, "taken"), "K-2 K-1"),
        (ListQuery(COACH_LIST, "id", chosen={"places": "free"}), "K-1 K-2"),
        (ListQuery(COACH_LIST, "id", chosen={"places": "full"}), ""),
        (ListQuery(COACH_LIST, "id", chosen={"places": "unused"}), "K-2"),
    ],
)
def test_coaches_are_filtered_and_sorted_and_their_load_is_shown(
    plan: StoredPlan, query: ListQuery, codes: str
) -> None:
    rows = select_rows(listed_coaches(plan), query, COACH_ACCESS).rows
    assert [row.code for row in rows] == codes.split()
    assert {row.dots for row in listed_coaches(plan)} == {"●●○", "○○○"}


def test_pairs_that_a_replacement_keeps_are_not_marked_as_pinned(world: World) -> None:
    cycle_id = world.cycle()
    plan_id = world.plan(cycle_id, world.result({"C-1": "K-1", "C-2": "K-2"}))
    with world.database.writing() as tx:
        run = tx.get_one(RunRow, tx.get_one(PlanRow, plan_id).run_id)
        given = json.loads(run.input)
        given["own_policy"] = given["cycle"] | {"pins": {"C-2": "K-2"}}
        given["cycle"] = given["cycle"] | {"pins": {"C-1": "K-1", "C-2": "K-2"}}
        run.input = json.dumps(given)
    with world.database.reading() as tx:
        rows = listed_coachees(stored_plan(tx, plan_id))
    assert {row.code: row.pinned for row in rows} == {"C-1": False, "C-2": True, "C-3": False}


def test_waiting_list_shows_reasons_and_remedies(world: World, office: httpx.Client) -> None:
    cycle_id = world.cycle()
    full = Unmatched(coachee="C-2", reason="all-taken", funnel=(), remedies=())
    nobody = Unmatched(coachee="C-3", reason="nobody-eligible", funnel=(), remedies=())
    result = world.result({"C-1": "K-1"}).model_copy(update={"unmatched": (full, nobody)})
    plan_id = world.plan(cycle_id, result)
    page = office.get(f"/plans/{plan_id}/waiting").text
    assert "Coachee 1" not in page
    assert "Coachee 2" in page
    assert "No single change was found" in page
    filtered = office.get(f"/plans/{plan_id}/waiting?reason=all-taken").text
    assert "Coachee 3" not in filtered
    assert f"/cycles/{cycle_id}/pairs?coachee=C-2" in filtered


def test_chart_counts_the_coaches_by_their_load() -> None:
    coaches = [
        ListedCoach(f"K-{number}", "Coach", capacity, taken, 0)
        for number, (capacity, taken) in enumerate([(3, 2), (2, 2), (2, 2), (1, 0)])
    ]
    none, two = load_chart(coaches)
    assert (none.solid, none.hatched) == (0, 33.33)
    assert (two.solid, two.hatched) == (66.67, 33.33)
    assert ENGLISH.text(two.label) == "2 coachees: 3 coaches (with a free place: 1)"
