"""Plans whose parts are validated on demand equal plans that are read as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from api.participants.rows import PersonRow
from api.plans.plan_details import plan_details
from api.plans.stored_plan import stored_plan
from api.runs.frozen_input import RunInput
from api.runs.outdated import is_outdated
from api.runs.rows import PlanRow, RunRow
from matching.result import Unmatched

if TYPE_CHECKING:
    from collections.abc import Callable

    from conftest import World
    from sqlalchemy.orm import Session as Transaction

LEFT_OUT = Unmatched(coachee="C-3", reason="all-taken", funnel=(), remedies=())


def draft(world: World) -> tuple[str, str]:
    """Return the ids of a cycle and a draft plan in which one of three coachees has no coach."""
    cycle_id = world.cycle()
    result = world.result({"C-1": "K-1", "C-2": "K-2"})
    return cycle_id, world.plan(cycle_id, result.model_copy(update={"unmatched": (LEFT_OUT,)}))


def test_parts_of_a_plan_equal_the_whole(world: World) -> None:
    _, plan_id = draft(world)
    with world.database.reading() as tx:
        part, whole = stored_plan(tx, plan_id), plan_details(tx, plan_id)
    assert part.summary == whole.summary
    assert tuple(part.match(one) for one in part.matches) == whole.result.matches
    assert tuple(part.without_coach(one) for one in part.unmatched) == whole.result.unmatched
    assert tuple(part.coachee(one) for one in part.coachees) == whole.roster.coachees
    assert tuple(part.coach(one) for one in part.coaches) == whole.roster.coaches
    assert (part.cycle, part.policy, part.own_policy) == (
        whole.cycle,
        whole.policy,
        whole.own_policy,
    )
    assert part.levels == whole.result.levels
    assert (part.is_proven, part.plans_version) == (True, whole.plans_version)


def _is_outdated_as_a_whole(tx: Transaction, plan_id: str) -> bool:
    query = select(RunRow.cycle_id, RunRow.input).join(PlanRow, PlanRow.run_id == RunRow.id)
    cycle_id, run_input = tx.execute(query.where(PlanRow.id == plan_id)).one()
    return is_outdated(tx, cycle_id, RunInput.model_validate_json(run_input))


def unchanged(_profile: dict[str, Any]) -> dict[str, Any]:
    return {}


def other_name(_profile: dict[str, Any]) -> dict[str, Any]:
    return {"name": "Somebody Else"}


def other_times(profile: dict[str, Any]) -> dict[str, Any]:
    return {"availability": profile["availability"][:1]}


@pytest.mark.parametrize(
    ("change", "outdated"),
    [
        (unchanged, False),
        (other_name, True),
        (other_times, True),
    ],
)
def test_plan_is_outdated_in_parts_exactly_if_it_is_as_a_whole(
    world: World, change: Callable[[dict[str, Any]], dict[str, Any]], outdated: bool
) -> None:
    cycle_id, plan_id = draft(world)
    with world.database.writing() as tx:
        person = tx.scalars(
            select(PersonRow).where(PersonRow.cycle_id == cycle_id, PersonRow.code == "C-1")
        ).one()
        person.profile = person.profile | change(person.profile)
    with world.database.reading() as tx:
        assert stored_plan(tx, plan_id).outdated is outdated
        assert _is_outdated_as_a_whole(tx, plan_id) is outdated


def test_plan_is_outdated_after_somebody_has_left(world: World) -> None:
    cycle_id, plan_id = draft(world)
    with world.database.writing() as tx:
        person = tx.scalars(
            select(PersonRow).where(PersonRow.cycle_id == cycle_id, PersonRow.code == "C-3")
        ).one()
        person.left_at = world.services.now()
    with world.database.reading() as tx:
        assert stored_plan(tx, plan_id).outdated
        assert _is_outdated_as_a_whole(tx, plan_id)


def test_plan_is_outdated_after_people_have_named_others_themselves(world: World) -> None:
    cycle_id, plan_id = draft(world)
    with world.database.writing() as tx:
        person = tx.scalars(
            select(PersonRow).where(PersonRow.cycle_id == cycle_id, PersonRow.code == "C-1")
        ).one()
        person.listed = {"prefers": []}
        person.profile = person.profile | {"prefers": ["Coach 2"]}
    with world.database.reading() as tx:
        assert stored_plan(tx, plan_id).outdated
        assert _is_outdated_as_a_whole(tx, plan_id)
