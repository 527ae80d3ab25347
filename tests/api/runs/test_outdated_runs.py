"""A run's page states whether the lists or the policy have changed since the run started."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

import pytest

from api.participants import rosters, upload
from api.participants.rows import Side
from tests.api.conftest import ANY_VERSION, CYCLE_TOML

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx
    from conftest import World

CHANGED = "Lists, policy or sessions have changed since"


def _shorten_list(world: World, _office: httpx.Client, cycle_id: str) -> None:
    with world.database.writing() as tx:
        staying = rosters.roster_of(tx, cycle_id).coachees[1:]
        upload.store_list(tx, cycle_id, Side.COACHEE, staying, now=world.services.now())


def _change_policy(_world: World, office: httpx.Client, cycle_id: str) -> None:
    policy = CYCLE_TOML.replace("count = 2", "count = 3")
    answer = office.put(
        f"/api/v1/cycles/{cycle_id}/policy",
        content=policy.encode(),
        headers=ANY_VERSION | {"Content-Type": "application/toml"},
    )
    assert answer.status_code == HTTPStatus.OK


@pytest.mark.parametrize("change", [_shorten_list, _change_policy])
def test_run_page_warns_once_lists_or_policy_have_changed(
    world: World, office: httpx.Client, change: Callable[[World, httpx.Client, str], None]
) -> None:
    cycle_id = world.cycle()
    run = office.post(f"/api/v1/cycles/{cycle_id}/runs").headers["location"].rpartition("/")[2]
    assert CHANGED not in office.get(f"/runs/{run}").text
    change(world, office, cycle_id)
    assert CHANGED in office.get(f"/runs/{run}").text
